import { LIMITS } from '../../node/core/limits.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatCount } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { document, flow } from '../render/lines.js';
import { renderTable, type Column } from '../table.js';
import { gossipGoals } from './gossip-goals.js';
import type { GossipReport, GossipRow } from './measure-gossip.js';
import { medianOf } from '../../stdx/median.js';

const COLUMNS: readonly Column<GossipRow>[] = [
  { title: 'LOSS', align: 'right', cell: ({ lossPercent }) => percent(lossPercent) },
  { title: 'ROUNDS', align: 'right', cell: ({ rounds }) => roundsText(rounds) },
  { title: 'BYTES', align: 'right', cell: ({ bytesToReachAll }) => formatSize(bytesToReachAll) },
  { title: 'CPU', align: 'right', cell: ({ cpuMsToReachAll }) => formatDuration(cpuMsToReachAll) },
  {
    title: 'PER NODE',
    align: 'right',
    drop: 1,
    cell: ({ bytesPerNodeSecond }) => `${formatSize(bytesPerNodeSecond)}/s`,
  },
  {
    title: 'LARGEST',
    align: 'right',
    drop: 2,
    cell: ({ largestMessageBytes }) => formatSize(largestMessageBytes),
  },
  { title: 'SUSPECTED', align: 'right', cell: ({ suspicions }) => formatCount(suspicions) },
  {
    title: 'DEAD',
    align: 'right',
    cell: ({ deaths }) => formatCount(deaths),
    role: ({ deaths }) => (deaths > 0 ? 'bad' : 'ok'),
  },
];

const ENGINE = {
  whole: 'the whole membership of every node',
  model: 'a model of what nodes know',
} as const;

/** How gossip spreads, what it costs, and how often it errs, a row for each loss; then the goals. */
export function renderGossipReport(report: GossipReport, look: Look): string {
  const { nodes, seed, engine, lengthMs, cpuMsPerExchange, rows } = report;
  const [first] = rows;
  const { width, paint } = look;
  const goals = gossipGoals(report).map(
    ({ goal, met }) => `  ${met ? paint('ok', 'yes') : paint('bad', 'NO ')}  ${goal}`,
  );
  return document([
    ...flow(
      [
        `${nodes} nodes`,
        `fanout ${LIMITS.gossipFanout}, a round each ${formatDuration(LIMITS.gossipIntervalMs)}`,
        `seed ${seed}`,
        `one exchange ${formatDuration(cpuMsPerExchange)} of a core`,
      ],
      width,
    ),
    ...flow(
      [`suspicions and deaths (all false) in ${formatDuration(lengthMs)} by ${ENGINE[engine]}`],
      width,
    ),
    ...renderTable(COLUMNS, rows, look),
    ...flow(
      [
        `ROUNDS (median/worst of ${first?.rounds.length ?? 0}), BYTES and CPU:`,
        'until an update has reached all, of all nodes',
      ],
      width,
      ' ',
    ),
    ...(goals.length === 0 ? [] : ['at up to 5% loss', ...goals]),
  ]);
}

/** `5/6`, or `5` when the worst is the median. */
function roundsText(rounds: readonly number[]): string {
  const worst = rounds.at(-1) ?? 0;
  const median = medianOf(rounds);
  return median === worst ? String(worst) : `${median}/${worst}`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}
