import type { Random } from '../../node/env/random.js';
import type { KeySpace, SimKey } from './key-space.js';
import type { Intent } from './recorder.js';

type Weighted<T> = readonly (readonly [weight: number, value: T])[];

const KINDS: Readonly<Record<'owner' | 'reader' | 'hot' | 'mixed', Weighted<Intent['kind']>>> = {
  owner: [
    [50, 'put'],
    [10, 'delete'],
    [40, 'get'],
  ],
  reader: [
    [85, 'get'],
    [15, 'exists'],
  ],
  hot: [
    [35, 'put'],
    [5, 'delete'],
    [52, 'get'],
    [8, 'exists'],
  ],
  mixed: [
    [40, 'put'],
    [10, 'delete'],
    [42, 'get'],
    [8, 'exists'],
  ],
};

const STRONG: Weighted<string> = [
  [85, 'quorum'],
  [8, 'local-quorum'],
  [4, 'each-quorum'],
  [3, 'all'],
];

const ANY_LEVEL: Weighted<string> = [
  [60, 'quorum'],
  [14, 'one'],
  [8, 'two'],
  [6, 'three'],
  [4, 'all'],
  [4, 'local-one'],
  [4, 'any'],
  [4, 'local-quorum'],
];

/** Share of the puts of mixed keys that expire, and how long they live at most. */
const WITH_TTL = 0.3;
const TTL_MIN_MS = 500;
const TTL_MAX_MS = 60_000;

/** What a client does next; `number` makes the value unique. */
export function chooseOperation(
  {
    keys,
    client,
    number,
  }: { readonly keys: KeySpace; readonly client: string; readonly number: number },
  random: Random,
): Intent {
  const key = keys.choose(random);
  const kind = choose(KINDS[roleOf(key, client)], random);
  const level = levelOf(key, kind, random);
  const value = kind === 'put' ? `${client}.${number}` : undefined;
  const expires = kind === 'put' && key.class === 'mixed' && random.nextFloat() < WITH_TTL;
  const ttlMs = expires
    ? TTL_MIN_MS + Math.floor(random.nextFloat() * (TTL_MAX_MS - TTL_MIN_MS))
    : undefined;
  return { client, kind, key: key.name, level, value, ttlMs };
}

function roleOf(key: SimKey, client: string): keyof typeof KINDS {
  if (key.class !== 'register') return key.class;
  return key.writer === client ? 'owner' : 'reader';
}

function levelOf(key: SimKey, kind: Intent['kind'], random: Random): string {
  const level = choose(key.class === 'mixed' ? ANY_LEVEL : STRONG, random);
  const isRead = kind === 'get' || kind === 'exists';
  if (!isRead) return level;
  // Each data centre, and a hint, are matters of writes only.
  if (level === 'any') return 'one';
  return level === 'each-quorum' ? 'quorum' : level;
}

function choose<T>(weighted: Weighted<T>, random: Random): T {
  const total = weighted.reduce((sum, [weight]) => sum + weight, 0);
  let lot = random.nextFloat() * total;
  for (const [weight, value] of weighted) {
    lot -= weight;
    if (lot < 0) return value;
  }
  return weighted[weighted.length - 1]![1];
}
