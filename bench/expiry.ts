import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../src/node/core/settings.js';
import type { DataKey } from '../src/node/core/version/data-key.js';
import { encodeDataKey } from '../src/node/core/version/data-key.js';
import { encodeRecord } from '../src/node/core/version/record-codec.js';
import { LevelDisk } from '../src/node/io/level/level-disk.js';
import { openStore } from '../src/node/store/open-store.js';
import type { Store } from '../src/node/store/store.js';
import { Sweeper } from '../src/node/store/sweep/sweeper.js';
import { MetricsRecorder } from '../src/sim/recorders.js';
import { Prng } from '../src/stdx/prng.js';
import { printReport } from './report.js';
import { benchEnv } from './store.js';

/**
 * Many keys that expire in the same second, and what that does to other traffic: puts and gets of other keys come at a steady rate, before
 * the expiry and while its values are swept. Latency counts from when an operation was due, so a stall is not hidden by what did not start.
 * `node --import tsx bench/expiry.ts [--keys 1000000] [--rate 500] [--json]`; the directory is made under TMPDIR.
 */

const flags = process.argv.slice(2);
const KEYS = numberFlag('--keys', 1_000_000);
/** Operations per second of the other traffic, half puts and half gets. */
const RATE = numberFlag('--rate', 500);
const VALUE_BYTES = 100;
const OTHER_KEYS = 10_000;
const OTHER_BYTES = 1_024;
const IN_FLIGHT = 2_048;
/** How long is measured before, and at least while it is swept. */
const BEFORE_MS = 20_000;
const EXPIRES_AT_MS = 10_000_000;

function numberFlag(name: string, usual: number): number {
  const at = flags.indexOf(name);
  return at < 0 ? usual : Number(flags[at + 1]);
}

function keyOf(name: string, i: number): DataKey {
  const key = new TextEncoder().encode(`${name}:${i}`);
  return { namespace: 1, token: Math.imul(i, 0x9e3779b1) >>> 0, key };
}

let stamp = 0;

function put(
  store: Store,
  dataKey: DataKey,
  what: { readonly bytes: number; readonly expiresAtMs?: number },
): Promise<void> {
  stamp += 1;
  const version = {
    ms: 1 + Math.floor(stamp / 1000),
    logical: stamp % 1000,
    writerHi: 0,
    writerLo: 1,
  };
  const value = new Uint8Array(what.bytes).fill(stamp);
  const { expiresAtMs } = what;
  const content = { version, tombstone: false, value };
  const record = encodeRecord(
    encodeDataKey(dataKey),
    expiresAtMs === undefined ? content : { ...content, expiresAtMs },
  );
  return new Promise((resolve, reject) => {
    store.apply({ ...dataKey, record, repair: false, priority: 'live' }, ({ kind }) => {
      if (kind === 'written') resolve();
      else reject(new Error(`${kind}, not written`));
    });
  });
}

function get(store: Store, dataKey: DataKey): Promise<void> {
  return new Promise((resolve, reject) => {
    store.read(dataKey, ({ kind }) => {
      if (kind === 'found') resolve();
      else reject(new Error(`${kind}, not found`));
    });
  });
}

async function load(store: Store, count: number, one: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Traffic at a steady rate until `isOver` says so; latencies in ms, by when each operation was due. */
async function traffic(store: Store, isOver: (ms: number) => boolean): Promise<Float64Array> {
  const prng = new Prng(7);
  const latencies: number[] = [];
  const underWay = new Set<Promise<void>>();
  const startMs = performance.now();
  for (let due = startMs; !isOver(performance.now() - startMs); due += 1000 / RATE) {
    const waitMs = due - performance.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const key = keyOf('other', prng.int(OTHER_KEYS));
    const dueMs = due;
    const run = prng.int(2) === 0 ? put(store, key, { bytes: OTHER_BYTES }) : get(store, key);
    const done = run.then(() => {
      latencies.push(performance.now() - dueMs);
      underWay.delete(done);
    });
    underWay.add(done);
  }
  await Promise.all(underWay);
  return Float64Array.from(latencies).sort();
}

const path = await mkdtemp(join(tmpdir(), 'kv-bench-expiry-'));
const metrics = new MetricsRecorder();
const env = { ...benchEnv(new LevelDisk(path)), metrics };
const readiness = {
  fail: (error: Error) => {
    throw error;
  },
};
const { store, grid } = await openStore({ env, readiness });
let ownMs = 0;
const sweeper = new Sweeper({
  env,
  store,
  hlc: { ownMs: () => ownMs },
  isCompared: () => true,
  settings: () => DEFAULT_SETTINGS,
});
const at = (sorted: Float64Array, share: number): number =>
  sorted[Math.floor(sorted.length * share)] ?? 0;
try {
  await load(store, OTHER_KEYS, (i) => put(store, keyOf('other', i), { bytes: OTHER_BYTES }));
  await load(store, KEYS, (i) =>
    put(store, keyOf('session', i), { bytes: VALUE_BYTES, expiresAtMs: EXPIRES_AT_MS }),
  );
  sweeper.start();
  const before = await traffic(store, (ms) => ms >= BEFORE_MS);
  ownMs = 2 * EXPIRES_AT_MS;
  const swept = (): number => metrics.value('kv_store_swept_total');
  const startMs = performance.now();
  const during = await traffic(store, () => swept() >= KEYS);
  const tookS = (performance.now() - startMs) / 1000;
  const rows = [
    {
      when: 'before',
      operations: before.length,
      p50Ms: at(before, 0.5).toFixed(2),
      p99Ms: at(before, 0.99).toFixed(2),
      p999Ms: at(before, 0.999).toFixed(2),
    },
    {
      when: 'while swept',
      operations: during.length,
      p50Ms: at(during, 0.5).toFixed(2),
      p99Ms: at(during, 0.99).toFixed(2),
      p999Ms: at(during, 0.999).toFixed(2),
    },
  ].map((row) => ({ keys: KEYS, perSecond: RATE, ...row }));
  const p99 = (at(during, 0.99) / at(before, 0.99)).toFixed(2);
  const title = `${KEYS} keys expire at once: swept in ${tookS.toFixed(0)} s, p99 of other traffic x${p99}`;
  printReport(title, rows, { json: flags.includes('--json') });
} finally {
  await sweeper.stop();
  await grid.stop();
  await store.close();
  await rm(path, { recursive: true, force: true });
}
