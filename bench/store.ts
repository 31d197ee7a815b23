import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeDataKey } from '../src/node/core/version/data-key.js';
import { encodeRecord } from '../src/node/core/version/record-codec.js';
import type { NodeEnv } from '../src/node/env/env.js';
import { LevelDisk } from '../src/node/io/level/level-disk.js';
import { Store } from '../src/node/store/store.js';
import type { Mutation } from '../src/node/store/mutation.js';
import { LogRecorder, MetricsRecorder } from '../src/sim/recorders.js';
import { SeededRandom } from '../src/sim/seeded-random.js';
import { Prng } from '../src/stdx/prng.js';
import { printReport } from './report.js';

/**
 * The store alone: synced puts and reads per second over LevelDB, for sizes of values and numbers of operations in flight.
 * `node --import tsx bench/store.ts [--rounds 3] [--only put/100/64] [--json]`; the directory is made under
 * TMPDIR. On a busy machine the processor time per operation says more than the rate; it includes LevelDB's threads.
 */

export interface Case {
  readonly operation: 'put' | 'overwrite' | 'get';
  readonly valueBytes: number;
  readonly inFlight: number;
}

export interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perBatch: number;
  readonly cpuUs: number;
}

type Operation = (done: () => void) => void;

const KEYS = 100_000;
/** Bytes of values that one round moves at most. */
const ROUND_BYTES = 32 * 1024 * 1024;

const ALL: readonly Case[] = [100, 1024, 10_240].flatMap((valueBytes) =>
  (['put', 'overwrite', 'get'] as const).flatMap((operation) =>
    [1, 64, 256, 1024].map((inFlight) => ({ operation, valueBytes, inFlight })),
  ),
);

const flags = process.argv.slice(2);
const rounds = Number(flagValue('--rounds') ?? 3);
const only = flagValue('--only');
const CASES = ALL.filter(
  ({ operation, valueBytes, inFlight }) =>
    only === undefined || `${operation}/${valueBytes}/${inFlight}`.startsWith(only),
);

function flagValue(name: string): string | undefined {
  const at = flags.indexOf(name);
  return at < 0 ? undefined : flags[at + 1];
}

/** A store over a fresh directory, with the sequence of values that its cases write. */
export class Bench {
  readonly #store: Store;
  readonly #prng = new Prng(1);
  readonly #noise: Uint8Array;
  #next = 0;
  #stamp = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#noise = new Uint8Array(64 * 1024).map(() => this.#prng.nextU32());
  }

  /** Runs `count` operations, each begun when one of those in flight ends; they are composed before the clock starts. */
  async run(what: Case, count: number): Promise<Round> {
    const operations = Array.from({ length: count }, () => this.#compose(what));
    const latencies = new Float64Array(count);
    const before = this.#store.sequence();
    const startMs = performance.now();
    const cpuBefore = process.cpuUsage();
    await runInFlight(operations, what.inFlight, latencies);
    const cpu = process.cpuUsage(cpuBefore);
    const tookMs = performance.now() - startMs;
    latencies.sort();
    const batches = Math.max(1, this.#store.sequence() - before);
    return {
      perSecond: (count / tookMs) * 1000,
      p50Ms: latencies[Math.floor(count * 0.5)] ?? 0,
      p99Ms: latencies[Math.floor(count * 0.99)] ?? 0,
      perBatch: what.operation === 'get' ? 0 : count / batches,
      cpuUs: (cpu.user + cpu.system) / count,
    };
  }

  #compose({ operation, valueBytes }: Case): Operation {
    if (operation === 'put') this.#next += 1;
    const index = operation === 'put' ? this.#next : 1 + this.#prng.int(Math.min(KEYS, this.#next));
    const key = keyOf(index);
    if (operation === 'get') return (done) => this.#store.read(key, expect('found', done));
    this.#stamp += 1;
    const version = { ms: this.#stamp, logical: 0, writerHi: 1, writerLo: 2 };
    const start = this.#prng.int(this.#noise.length - valueBytes);
    const value = this.#noise.subarray(start, start + valueBytes);
    const record = encodeRecord(encodeDataKey(key), { version, tombstone: false, value });
    const mutation: Mutation = { ...key, record, repair: false, priority: 'live' };
    return (done) => this.#store.apply(mutation, expect('written', done));
  }
}

async function runInFlight(
  operations: readonly Operation[],
  width: number,
  latencies: Float64Array,
): Promise<void> {
  let [begun, ended] = [0, 0];
  await new Promise<void>((resolve) => {
    const begin = (): void => {
      const index = begun;
      if (index === operations.length) return;
      begun += 1;
      const sentMs = performance.now();
      operations[index]!(() => {
        latencies[index] = performance.now() - sentMs;
        ended += 1;
        if (ended === operations.length) resolve();
        else begin();
      });
    };
    for (let i = 0; i < width; i++) begin();
  });
}

function expect(kind: string, done: () => void): (outcome: { readonly kind: string }) => void {
  return (outcome) => {
    if (outcome.kind !== kind) throw new Error(`${outcome.kind}, not ${kind}`);
    done();
  };
}

function keyOf(index: number): { namespace: number; token: number; key: Uint8Array } {
  const key = new TextEncoder().encode(`user:${index}`);
  return { namespace: 1, token: Math.imul(index, 0x9e3779b1) >>> 0, key };
}

type StoreEnv = Pick<NodeEnv, 'clock' | 'random' | 'disk' | 'metrics' | 'log' | 'buggify'>;

export function benchEnv(disk: LevelDisk): StoreEnv {
  const clock = {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after: (delayMs: number, call: () => void) => {
      const timer = setTimeout(call, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  const log = new LogRecorder().logger('bench');
  const [metrics, random] = [new MetricsRecorder(), new SeededRandom(1)];
  return { clock, random, disk, metrics, log, buggify: () => false };
}

/** One in flight is slow, and says the same after a few hundred. */
function countOf({ inFlight: width, valueBytes }: Case): number {
  return Math.min(width === 1 ? 500 : 60_000, Math.floor(ROUND_BYTES / valueBytes));
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function measure(cases: readonly Case[]): Promise<(Case & Round)[]> {
  const path = await mkdtemp(join(tmpdir(), 'kv-bench-store-'));
  const disk = new LevelDisk(path);
  const readiness = {
    fail: (error: Error) => {
      throw error;
    },
  };
  const results: (Case & Round)[] = [];
  try {
    const store = await Store.open({ env: benchEnv(disk), readiness });
    const bench = new Bench(store);
    await bench.run({ ...cases[0]!, operation: 'put', inFlight: 64 }, 5000);
    for (const what of cases) {
      const all: Round[] = [];
      for (let round = 0; round < rounds; round++) all.push(await bench.run(what, countOf(what)));
      const of = (pick: (round: Round) => number): number => median(all.map(pick));
      results.push({
        ...what,
        perSecond: of((round) => round.perSecond),
        p50Ms: of((round) => round.p50Ms),
        p99Ms: of((round) => round.p99Ms),
        perBatch: of((round) => round.perBatch),
        cpuUs: of((round) => round.cpuUs),
      });
    }
    await store.close();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
  return results;
}

/** Measures all cases, or those named by --only, and prints them. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results: (Case & Round)[] = [];
  for (const valueBytes of new Set(CASES.map((each) => each.valueBytes)))
    results.push(...(await measure(CASES.filter((each) => each.valueBytes === valueBytes))));
  const rows = results.map(({ operation, valueBytes, inFlight, ...round }) => ({
    operation,
    valueBytes,
    inFlight,
    perSecond: Math.round(round.perSecond),
    mbPerSecond: ((round.perSecond * valueBytes) / 1e6).toFixed(1),
    p50Ms: round.p50Ms.toFixed(2),
    p99Ms: round.p99Ms.toFixed(2),
    perBatch: round.perBatch.toFixed(1),
    cpuUs: round.cpuUs.toFixed(1),
  }));
  printReport('the store alone, every put synced', json ? results : rows, { json });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await run({ json: flags.includes('--json') });
