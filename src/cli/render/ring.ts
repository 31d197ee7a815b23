import type {
  BalanceView,
  RangeView,
  RingNodeView,
  RingView,
} from '../../node/core/views/ring-views.js';
import { formatShare } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import type { RangeRow } from '../ring/ranges-view.js';
import type { PlannedRingView } from '../ring/show-view.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { clipText, textWidth } from '../text-width.js';
import { document, flow } from './lines.js';
import { stateMark, stateRole } from './node-state.js';
import { pendingLines } from './ring-frame.js';
import { boundColumns, NEXT_COLUMNS } from './ring-ranges.js';

const ASCII_LEVELS = [' ', '.', ':', '|', '#'];
const UNICODE_LEVELS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const STRIP = 40;
/** The strip between bars, and the two shares after it. */
const FIXED = STRIP + 3 + 9 + 8;
/** The share that a node is to have. */
const AFTER = 7;
const RING_SIZE = 0x1_0000_0000;

/** Who owns which part of the token space, how evenly, and over how many racks and hosts the copies are spread; and what is planned of it. */
export function renderRing(view: RingView, look: Look, planned?: PlannedRingView): string {
  const ranges =
    planned === undefined ? rangeLines(view.ranges, look) : plannedRanges(planned, look);
  return document([
    ...headLines(view, look),
    ...(planned === undefined ? [] : pendingLines(planned, look)),
    ...stripLines(view, planned, look),
    ...balanceLines(view, look),
    ...spreadLines(view, look),
    ...(view.ranges.length === 0 ? moreLines(planned, look) : ['', ...ranges]),
  ]);
}

function moreLines(planned: PlannedRingView | undefined, { width }: Look): readonly string[] {
  const next =
    planned === undefined
      ? ['kv ring ranges NODE', 'kv ring balance']
      : ['kv ring diff', 'kv ring ranges --moving'];
  return flow(['more: kv ring show --all', ...next], width, ' | ');
}

function headLines(view: RingView, { width, paint }: Look): readonly string[] {
  const counts = new Set(view.nodes.map(({ vnodes }) => vnodes));
  const total = view.nodes.reduce((sum, { vnodes }) => sum + vnodes, 0);
  const [each] = counts;
  const vnodes =
    counts.size === 1
      ? `${view.nodes.length} nodes x ${each ?? 0} vnodes`
      : `${view.nodes.length} nodes, ${total} vnodes`;
  const agreed = `agreed by ${view.agreed} of ${view.asked} reachable ${view.asked === 1 ? 'node' : 'nodes'}`;
  const facts = flow(
    [
      `ring ${view.hash.slice(0, 8)}`,
      `epoch ${view.epoch}`,
      vnodes,
      `murmur3-32`,
      `rf ${view.replicationFactor}`,
    ],
    width,
    '  ',
  );
  return [
    ...facts,
    `view of ${view.viewedFrom}: ${view.agreed < view.asked ? paint('warn', agreed) : agreed}`,
  ];
}

function stripLines(
  view: RingView,
  planned: PlannedRingView | undefined,
  look: Look,
): readonly string[] {
  const racks = new Set(view.nodes.map(({ rack }) => rack)).size > 1;
  const label = ({ name, rack }: RingNodeView): string =>
    cleanText(racks ? `${name} ${rack}` : name);
  const fixed = planned === undefined ? FIXED : FIXED + AFTER;
  const room = Math.max(4, (look.wide ? 200 : look.width) - fixed - 2);
  const labels = view.nodes.map((node) => clipText(label(node), room));
  const width = Math.max(...labels.map(textWidth), 4);
  const greatest = Math.max(...view.nodes.flatMap(({ strip }) => strip), 0);
  const scale = `0%${'25%'.padStart(11)}${'50%'.padStart(10)}${'75%'.padStart(10)}${'100%'.padStart(9)}`;
  const header = `   ${' '.repeat(width)}${scale}  PRIMARY   HOLDS${planned === undefined ? '' : 'AFTER'.padStart(AFTER)}`;
  const rows = view.nodes.map((node, i) => {
    const next = planned?.nodes.find((one) => one.node === node.name);
    const state = next?.becomes ?? node.state;
    const role = stateRole(state);
    const name = labels[i]! + ' '.repeat(width - textWidth(labels[i]!));
    const lead = `${stateMark(state)} ${name}`;
    const after = next === undefined ? '' : formatShare(next.holds);
    const shares = `${formatShare(node.primary).padStart(9)}${formatShare(node.holds).padStart(8)}`;
    const painted = role === undefined || state === 'up' ? lead : look.paint(role, lead);
    const line = `${painted} |${stripText(node, greatest, look)}|${shares}`;
    return planned === undefined ? line : `${line}${after.padStart(AFTER)}`;
  });
  return look.header ? [header, ...rows] : rows;
}

function stripText({ state, strip, primary }: RingNodeView, greatest: number, look: Look): string {
  if (primary === 0) {
    const word = state.padStart(Math.ceil((STRIP + state.length) / 2)).padEnd(STRIP);
    return look.paint('dim', word);
  }
  const levels = look.unicode ? UNICODE_LEVELS : ASCII_LEVELS;
  return strip
    .slice(0, STRIP)
    .map((share) => levelOf(share, greatest, levels))
    .join('')
    .padEnd(STRIP);
}

/** Anything above nothing shows. */
function levelOf(share: number, greatest: number, levels: readonly string[]): string {
  if (share <= 0 || greatest <= 0) return levels[0]!;
  const at = Math.min(levels.length - 1, Math.ceil((share / greatest) * (levels.length - 1)));
  return levels[at]!;
}

function balanceLines({ balance }: RingView, { width }: Look): readonly string[] {
  if (balance.length === 0) return [];
  const dcs = new Set(balance.map(({ dc }) => dc)).size > 1;
  const nameOf = ({ dc, rack }: BalanceView): string => {
    if (rack !== undefined) return dcs ? `${dc}/${rack}` : rack;
    return dcs ? `all of ${dc}` : 'all';
  };
  const parts = balance.map((one) => `${cleanText(nameOf(one))} ${one.maxOverMean.toFixed(2)}`);
  return flow(['balance (most over mean):', ...parts], width, '  ');
}

/** How many ranges have all their copies apart; on one rack there is nothing to say of racks. */
function spreadLines(
  { nodes, replicaSets, replicationFactor }: RingView,
  look: Look,
): readonly string[] {
  const { distinct, spanningRacks, spanningHosts, total } = replicaSets;
  const part = (count: number, what: string): string => {
    const text = `${count} on ${what}`;
    return count < total && replicationFactor > 1 ? look.paint('warn', text) : text;
  };
  return flow(
    [
      `ranges ${total}, ${distinct} replica ${distinct === 1 ? 'set' : 'sets'}:`,
      new Set(nodes.map(({ rack }) => rack)).size > 1 ? part(spanningRacks, 'distinct racks') : '',
      part(spanningHosts, 'distinct hosts'),
    ],
    look.width,
    '  ',
  );
}

function rangeLines(ranges: readonly RangeView[], look: Look): readonly string[] {
  return renderTable(RANGE_COLUMNS, ranges, look);
}

const RANGE_COLUMNS: readonly Column<RangeView>[] = [
  ...boundColumns<RangeView>(shareOf),
  { title: 'REPLICAS', cell: ({ replicas }) => replicas.join(' ') },
];

function plannedRanges({ ranges }: PlannedRingView, look: Look): readonly string[] {
  return renderTable(PLANNED_COLUMNS, ranges, look);
}

const PLANNED_COLUMNS: readonly Column<RangeRow>[] = [
  ...boundColumns<RangeRow>(({ share }) => share),
  { title: 'REPLICAS', cell: ({ replicas }) => replicas.join(' ') },
  ...NEXT_COLUMNS,
];

function shareOf({ start, end }: RangeView): number {
  const size = end - start;
  return (size > 0 ? size : size + RING_SIZE) / RING_SIZE;
}
