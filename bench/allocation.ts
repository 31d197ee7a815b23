import { pathToFileURL } from 'node:url';
import Table from 'cli-table3';
import { Ring } from '../src/node/core/ring/ring.js';
import { moveFiguresOf, ringFiguresOf } from '../src/sim/ring/ring-figures.js';
import { growRing, type RingLayout } from '../src/sim/ring/ring-layout.js';
import { medianOf } from '../src/stdx/median.js';

/**
 * How even token allocation leaves what nodes hold, and what a join costs, with the production code, RF 3, nodes joining one
 * after the other: `node --import tsx bench/allocation.ts [--json]`; `kv sim ring` shows one layout of any size. Figures are medians over five named seeds.
 * With racks the imbalance is the worst inside any rack, since racks of 34 and 33 nodes cannot hold the same; where racks
 * are equal it is that of the whole ring too. Times are processor time, which a busy machine disturbs less.
 */
const SEEDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const BIG = 300;
/** The last joins are timed: those into the biggest rings. */
const TIMED_JOINS = 20;

/** One row: a size, or the worst of the sizes 3 to 12, of one layout. */
interface Row extends RingLayout {
  readonly nodes: string;
  /** Greatest replicated share by the mean. */
  readonly replicated: number;
  readonly primary: number;
  /** Share of the copies that moved at the last join, times the nodes: 1 is the newcomer's fair share. */
  readonly moved: number;
  readonly replicaSets: number;
  readonly fatalPairsPercent: number;
  readonly msPerJoin: number;
}

type Measures = Omit<Row, keyof RingLayout | 'nodes'>;

const LAYOUTS: readonly RingLayout[] = (['allocated', 'random'] as const).flatMap((tokens) =>
  [128, 16].flatMap((vnodes) =>
    [1, 3].map((racks) => ({ tokens, vnodes, racks, replicationFactor: 3 })),
  ),
);

/** Measures every layout and prints a table, or one JSON document. */
export function run({ json }: { readonly json: boolean }): void {
  const rows = LAYOUTS.flatMap(measureLayout);
  if (json) {
    console.log(JSON.stringify({ bench: 'allocation', seeds: SEEDS, rows }));
    return;
  }
  const table = new Table({
    style: { head: [], border: [] },
    head: ['tokens', 'racks', 'nodes', 'max/mean', 'primary', 'moved', 'sets', 'fatal pairs', 'ms'],
  });
  for (const row of rows) {
    table.push([
      `${row.vnodes} ${row.tokens}`,
      row.racks,
      row.nodes,
      row.replicated.toFixed(4),
      row.primary.toFixed(3),
      row.moved.toFixed(3),
      row.replicaSets,
      `${row.fatalPairsPercent.toFixed(1)} %`,
      row.msPerJoin.toFixed(1),
    ]);
  }
  console.log(table.toString());
}

function measureLayout(layout: RingLayout): readonly Row[] {
  const runs = SEEDS.map((seed) => measureGrowth(layout, seed));
  return [
    { ...layout, nodes: '3..12', ...medians(runs.map((one) => one.small)) },
    { ...layout, nodes: `${BIG}`, ...medians(runs.map((one) => one.big)) },
  ];
}

function measureGrowth(layout: RingLayout, seed: string): { small: Measures; big: Measures } {
  const costs: number[] = [];
  const rings = growRing(layout, { nodes: BIG, seed }, (choose) => timed(costs, choose));
  const small: Measures[] = [];
  let [before, after] = [Ring.of([]), Ring.of([])];
  for (const ring of rings) {
    [before, after] = [after, ring];
    const nodes = ring.members.length;
    if (nodes >= 3 && nodes <= 12) small.push(measureRing([before, after], layout, costs));
  }
  return { small: worst(small), big: measureRing([before, after], layout, costs) };
}

function timed<T>(costsMs: number[], work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  costsMs.push((user + system) / 1000);
  return result;
}

function measureRing(
  [before, after]: readonly [Ring, Ring],
  layout: RingLayout,
  costsMs: readonly number[],
): Measures {
  const { replicated, primary, replicaSets, fatalPairs } = ringFiguresOf(after, layout);
  return {
    replicated,
    primary,
    // Up to the factor every newcomer takes a copy of everything: there is no choice to be judged.
    moved: after.members.length > 3 ? moveFiguresOf(before, after, layout).fairShares : 1,
    replicaSets,
    fatalPairsPercent: 100 * fatalPairs,
    msPerJoin: medianOf(costsMs.slice(-TIMED_JOINS)),
  };
}

/** The worst of each measure over several sizes. */
function worst(sizes: readonly Measures[]): Measures {
  return combine(sizes, (values) => Math.max(...values));
}

function medians(runs: readonly Measures[]): Measures {
  return combine(runs, medianOf);
}

function combine(all: readonly Measures[], how: (values: readonly number[]) => number): Measures {
  const of = (name: keyof Measures): number => how(all.map((measures) => measures[name]));
  return {
    replicated: of('replicated'),
    primary: of('primary'),
    moved: of('moved'),
    replicaSets: of('replicaSets'),
    fatalPairsPercent: of('fatalPairsPercent'),
    msPerJoin: of('msPerJoin'),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  run({ json: process.argv.includes('--json') });
}
