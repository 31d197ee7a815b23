import type { MoveFigures } from '../../sim/ring/ring-figures.js';
import type { RingStudy } from '../../sim/ring/ring-study.js';
import { UNKNOWN } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import { document, flow } from '../render/lines.js';
import { renderTable, type Column } from '../table.js';
import type { RingReport } from './measure-ring.js';

interface Figure {
  readonly name: string;
  readonly of: (study: RingStudy) => string;
}

const FIGURES: readonly Figure[] = [
  { name: 'copies held, most over mean', of: ({ replicated }) => replicated.toFixed(4) },
  { name: 'primary ranges, most over mean', of: ({ primary }) => primary.toFixed(4) },
  ...moveFigures('one node added', ({ added }) => added),
  ...moveFigures('one node removed', ({ removed }) => removed),
  { name: 'distinct replica sets', of: ({ replicaSets }) => String(replicaSets) },
  { name: 'pairs that cost a range its quorum', of: ({ fatalPairs }) => percent(fatalPairs) },
];

/** A ring with allocated tokens beside the same with random ones. */
export function renderRingReport(report: RingReport, look: Look): string {
  const { nodes, vnodes, replicationFactor, racks, seeds } = report;
  const [first, last] = [seeds[0] ?? 0, seeds.at(-1) ?? 0];
  const columns: readonly Column<Figure>[] = [
    { title: 'TOKENS', cell: ({ name }) => name },
    { title: 'ALLOCATED', align: 'right', cell: ({ of }) => of(report.allocated) },
    { title: 'RANDOM', align: 'right', cell: ({ of }) => of(report.random) },
  ];
  return document([
    ...flow(
      [
        `${nodes} nodes x ${vnodes} vnodes`,
        `rf ${replicationFactor}`,
        racks === 1 ? '1 rack' : `${racks} racks (copies: worst inside any rack)`,
        seeds.length === 1 ? `seed ${first}` : `medians of seeds ${first}..${last}`,
      ],
      look.width,
    ),
    ...renderTable(columns, FIGURES, look),
  ]);
}

function moveFigures(
  change: string,
  of: (study: RingStudy) => MoveFigures | undefined,
): readonly Figure[] {
  const figure = (name: string, text: (move: MoveFigures) => string): Figure => ({
    name,
    of: (study) => {
      const move = of(study);
      return move === undefined ? UNKNOWN : text(move);
    },
  });
  return [
    figure(`${change}: copies that move`, ({ moved }) => percent(moved)),
    figure('  in fair shares of one node', ({ fairShares }) => fairShares.toFixed(3)),
    figure('  copies held then, most over mean', ({ replicated }) => replicated.toFixed(4)),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
