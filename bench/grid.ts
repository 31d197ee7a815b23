import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevelDisk } from '../src/node/io/level/level-disk.js';
import { openStore } from '../src/node/store/open-store.js';
import { Store } from '../src/node/store/store.js';
import { printReport } from './report.js';
import { Bench, benchEnv, median, type Case, type Round } from './store.js';

/**
 * What the hash grid costs: two stores, one that keeps a grid and one that does not, take turns with the same writes in one process.
 * Keys are spread over the whole ring, which is the worst case: every page changes all the time.
 * `node --import tsx bench/grid.ts [--rounds 7] [--json]`; the directories are made under TMPDIR.
 */

const CASES: readonly Case[] = [
  { operation: 'put', valueBytes: 100, inFlight: 1024 },
  { operation: 'put', valueBytes: 1024, inFlight: 64 },
  { operation: 'overwrite', valueBytes: 1024, inFlight: 1024 },
  { operation: 'put', valueBytes: 10_240, inFlight: 64 },
  { operation: 'put', valueBytes: 10_240, inFlight: 256 },
];
/** Small ones, until every page of the grid has been met once: a node meets a page for the first time once in its life. */
const WARM_UP: Case = { operation: 'put', valueBytes: 100, inFlight: 1024 };
const WARM_UP_COUNT = 20_000;
const ROUND_BYTES = 32 * 1024 * 1024;
const ROUND_COUNT = 30_000;

const flags = process.argv.slice(2);
const at = flags.indexOf('--rounds');
const rounds = at < 0 ? 7 : Number(flags[at + 1]);

const readiness = {
  fail: (error: Error) => {
    throw error;
  },
};

async function measure(what: Case): Promise<object> {
  const paths = [
    await mkdtemp(join(tmpdir(), 'kv-bench-grid-')),
    await mkdtemp(join(tmpdir(), 'kv-bench-grid-')),
  ];
  const [plainEnv, gridEnv] = paths.map((path) => benchEnv(new LevelDisk(path)));
  if (plainEnv === undefined || gridEnv === undefined) throw new Error('there are two paths');
  const plain = await Store.open({ env: plainEnv, readiness });
  const { store, grid } = await openStore({ env: gridEnv, readiness });
  const [without, with_] = [new Bench(plain), new Bench(store)];
  const count = Math.min(ROUND_COUNT, Math.floor(ROUND_BYTES / what.valueBytes));
  const pairs: (readonly [Round, Round])[] = [];
  try {
    for (const bench of [without, with_]) await bench.run(WARM_UP, WARM_UP_COUNT);
    for (let round = 0; round < rounds; round++) {
      // The one that comes second may find the disk busier: they take turns at that as well.
      const first = round % 2 === 0 ? without : with_;
      const one = await first.run(what, count);
      const other = await (first === without ? with_ : without).run(what, count);
      pairs.push(first === without ? [one, other] : [other, one]);
    }
  } finally {
    await grid.stop();
    await Promise.all([plain.close(), store.close()]);
    for (const path of paths) await rm(path, { recursive: true, force: true });
  }
  const of = (pick: (pair: readonly [Round, Round]) => number): number => median(pairs.map(pick));
  return {
    ...what,
    without: Math.round(of(([a]) => a.perSecond)),
    with: Math.round(of(([, b]) => b.perSecond)),
    rate: of(([a, b]) => b.perSecond / a.perSecond).toFixed(3),
    cpuUs: of(([a]) => a.cpuUs).toFixed(1),
    cpu: of(([a, b]) => b.cpuUs / a.cpuUs).toFixed(3),
    p99: of(([a, b]) => b.p99Ms / a.p99Ms).toFixed(2),
  };
}

const rows: object[] = [];
for (const what of CASES) rows.push(await measure(what));
printReport('a store with its grid, over one without (medians of pairs)', rows, {
  json: flags.includes('--json'),
});
