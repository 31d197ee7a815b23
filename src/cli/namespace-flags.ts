import { Flags } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import { isName } from '../node/core/metadata/member-rules.js';
import { parseLevel } from '../node/core/quorum/consistency-level.js';
import type { DescribeView } from '../node/core/views/describe-views.js';
import { parseDuration } from '../stdx/duration.js';

/** Which namespace the keys of a command are in. */
export const NAMESPACE_FLAG = {
  namespace: Flags.string({
    char: 'n',
    helpValue: 'NAME',
    summary: 'the namespace of the keys (default)',
    env: 'KV_NAMESPACE',
    parse: async (name) => {
      if (name !== '') return name;
      throw new KvError('KV_USAGE', '--namespace: the name of a namespace is not empty');
    },
  }),
};

/** The level of operations that name none. */
export const DEFAULT_LEVEL_FLAG = {
  'default-consistency': Flags.custom({
    helpValue: 'LEVEL',
    summary: 'the level of operations that name none',
    parse: async (text) => {
      const level = parseLevel(text);
      if (level instanceof KvError) throw level;
      return level;
    },
  })(),
};

/** Values live so long that are put without a life of their own. */
export const defaultTtlFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (text, _context, { name }) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0 && ms <= LIMITS.defaultTtlMaxMs) return ms;
    throw new KvError(
      'KV_USAGE',
      `--${name}: ${JSON.stringify(text)} is no life of a value: use 30s, 1h30m or 365d, a hundred years at most`,
    );
  },
});

/** `3`, or `dc1=3,dc2=2`. */
export type ReplicationChoice = number | Readonly<Record<string, number>>;

export const replicationFlag = Flags.custom<ReplicationChoice>({
  helpValue: '3|DC=3,..',
  parse: async (text) => parseReplication(text),
});

/** Copies in each data centre, of all that there are when one number was given. */
export function replicationIn(
  choice: ReplicationChoice,
  { nodes }: DescribeView,
): Readonly<Record<string, number>> {
  if (typeof choice !== 'number') return choice;
  const dcs = nodes.filter(({ membership }) => membership !== 'removed').map(({ dc }) => dc);
  return Object.fromEntries([...new Set(dcs)].sort().map((dc) => [dc, choice]));
}

/** @throws KvError KV_USAGE */
export function parseReplication(text: string): ReplicationChoice {
  const all = copiesOf(text);
  if (all !== undefined) return all;
  const pairs = text.split(',').map((part) => {
    const [dc = '', copies = '', ...rest] = part.split('=');
    const count = copiesOf(copies);
    if (!isName(dc) || dc === '__proto__' || count === undefined || rest.length > 0)
      throw malformed(text);
    return [dc, count] as const;
  });
  const named = Object.fromEntries(pairs);
  if (Object.keys(named).length < pairs.length) throw malformed(text);
  return named;
}

function copiesOf(text: string): number | undefined {
  if (!/^[0-9]{1,3}$/.test(text)) return undefined;
  const copies = Number(text);
  return copies >= 1 && copies <= LIMITS.replicationMax ? copies : undefined;
}

function malformed(text: string): KvError {
  return new KvError(
    'KV_USAGE',
    `--replication: ${JSON.stringify(text)} is no number of copies: use 1 to ${LIMITS.replicationMax}, or one for each data centre, as dc1=3,dc2=2`,
  );
}
