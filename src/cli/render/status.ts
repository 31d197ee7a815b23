import { hintsByTarget, type TargetHints } from '../../node/core/hints/hints-view.js';
import { isLate, oldestRepair } from '../../node/core/repair/oldest-repair.js';
import type { NodeView, OperationView } from '../../node/core/views/node-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatRate, formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Role } from '../colour.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { alertLines } from './alerts.js';
import { document, flow } from './lines.js';
import { countStates, nodeMark, nodeRole, nodeStateText } from './node-state.js';
import { planChangeLines } from './plan-change.js';

/** The verdict on a cluster, a row per node, and what to do about what is wrong. */
export function renderStatus(view: StatusView, look: Look): string {
  const alerts = alertLines(view.alerts, look);
  return document([
    ...verdictLines(view, look),
    '',
    ...renderTable(nodeColumns(view), view.nodes, look),
    ...(alerts.length === 0 ? [] : ['', ...alerts]),
  ]);
}

const HEALTH_ROLE: Readonly<Record<StatusView['health'], Role>> = {
  HEALTHY: 'ok',
  DEGRADED: 'warn',
  CRITICAL: 'bad',
  UNKNOWN: 'warn',
};

function verdictLines(view: StatusView, look: Look): readonly string[] {
  const { paint, width } = look;
  const { ring, ranges } = view;
  const agreed = `agreed by ${ring.agreed} of ${ring.asked} reachable ${ring.asked === 1 ? 'node' : 'nodes'}`;
  const disagrees = ring.agreed < ring.asked;
  return [
    ...flow(
      [
        `${cleanText(view.cluster)}  ${paint(HEALTH_ROLE[view.health], view.health)}`,
        countStates(view.nodes, paint),
        replication(view),
      ],
      width,
    ),
    ...flow(
      [
        `view of ${view.viewedFrom}, ring ${ring.hash.slice(0, 8)} epoch ${ring.epoch}: ${disagrees ? paint('warn', agreed) : agreed}`,
      ],
      width,
    ),
    ...flow(
      [
        `ranges ${ranges.total}: ${ranges.full} full, ${ranges.degraded} missing a copy, ${ranges.noQuorum} without quorum`,
        quorumText(view, paint),
      ],
      width,
    ),
    ...flow(
      [
        operationText('reads', view.reads),
        operationText('writes', view.writes),
        `load ${formatSize(view.loadBytes)}${view.opened ? '' : ', no data yet'}`,
      ],
      width,
    ),
    ...flow(repairTexts(view, paint), width),
    ...planChangeLines(view, look),
  ];
}

function repairTexts({ nodes }: StatusView, paint: Look['paint']): readonly string[] {
  const oldest = oldestRepair(nodes);
  if (oldest === undefined) return [];
  const { node, ageMs, cycleMs } = oldest;
  const text = `oldest range ${formatDuration(ageMs)} ago on ${cleanText(node)}, each within ${formatDuration(cycleMs)}`;
  return [`repair: ${isLate(oldest) ? paint('warn', text) : text}`];
}

function replication({ replicationFactor, effectiveReplication }: StatusView): string {
  const short = effectiveReplication < replicationFactor;
  return `rf ${replicationFactor}${short ? ` (${effectiveReplication} now)` : ''}`;
}

function quorumText({ ranges }: StatusView, paint: Look['paint']): string {
  if (ranges.noQuorum === 0) return paint('ok', 'reads OK writes OK');
  const { noQuorum, noQuorumIn, total } = ranges;
  const where = noQuorum === total ? 'no quorum anywhere' : 'no quorum in part';
  return paint('bad', noQuorumIn.length === 0 ? where : `${where} of ${namesText(noQuorumIn)}`);
}

/** Names that are told before the others are only counted. */
const NAMES_TOLD = 3;

function namesText(names: readonly string[]): string {
  const told = names.slice(0, NAMES_TOLD).map(cleanText).join(', ');
  return names.length > NAMES_TOLD ? `${told} and ${names.length - NAMES_TOLD} more` : told;
}

function operationText(name: string, { perSecond, p99Ms }: OperationView): string {
  const latency = p99Ms === undefined ? '' : ` p99 ${formatDuration(p99Ms)}`;
  return `${name} ${formatRate(perSecond)}/s${latency}`;
}

/** Columns of places are shown when there is more than one place. */
function nodeColumns({ nodes }: StatusView): readonly Column<NodeView>[] {
  const kept = new Map(hintsByTarget({ nodes }).map((one) => [one.nodeId, one]));
  return [
    {
      title: '  NODE',
      cell: (node) => `${nodeMark(node)} ${node.name}`,
      role: (node) => (node.state === 'up' ? undefined : nodeRole(node)),
    },
    { title: 'STATE', cell: nodeStateText, role: nodeRole },
    { title: 'ADDRESS', cell: (node) => node.address, drop: 1 },
    { title: 'DC', cell: (node) => node.dc, drop: 2, wide: isSame(nodes, (node) => node.dc) },
    { title: 'RACK', cell: (node) => node.rack, drop: 3, wide: isSame(nodes, (node) => node.rack) },
    right('LOAD', (node) => sizeOf(node.report?.loadBytes)),
    right('HOLDS', (node) => formatShare(node.holds)),
    { ...right('R p99', (node) => latencyOf(node.report?.reads)), drop: 5 },
    { ...right('W p99', (node) => latencyOf(node.report?.writes)), drop: 4 },
    ...(kept.size === 0 ? [] : [right('HINTS FOR', ({ nodeId }) => keptText(kept.get(nodeId)))]),
    { ...right('UP', upOf), drop: 2 },
    ...wideColumns(),
  ];
}

function wideColumns(): readonly Column<NodeView>[] {
  const columns: readonly Column<NodeView>[] = [
    { title: 'PEER', cell: (node) => node.peerAddress },
    { title: 'HTTP', cell: (node) => node.httpAddress },
    { title: 'HOST', cell: (node) => node.host },
    right('VNODES', (node) => String(node.vnodes)),
    right('PRIMARY', (node) => formatShare(node.primary)),
    { title: 'VOTER', cell: (node) => (node.voter ? 'yes' : 'no') },
    right('PHI', (node) => node.phi?.toFixed(2) ?? UNKNOWN),
    right('READS/s', (node) => rateOf(node.report?.reads)),
    right('WRITES/s', (node) => rateOf(node.report?.writes)),
    right('BOOT', (node) => String(node.report?.boot ?? UNKNOWN)),
    right('PID', (node) => String(node.report?.pid ?? UNKNOWN)),
    right('RSS', (node) => sizeOf(node.report?.rssBytes)),
    { title: 'VERSION', cell: (node) => node.report?.release ?? UNKNOWN },
    { title: 'ERROR', cell: (node) => node.error?.message ?? UNKNOWN },
  ];
  return columns.map((column) => ({ ...column, wide: true }));
}

function right(title: string, cell: (node: NodeView) => string): Column<NodeView> {
  return { title, align: 'right', cell };
}

function keptText(kept: TargetHints | undefined): string {
  if (kept === undefined) return UNKNOWN;
  const count = kept.count < 1000 ? String(kept.count) : formatRate(kept.count);
  return `${count} ${formatSize(kept.bytes)}`;
}

function isSame(nodes: readonly NodeView[], pick: (node: NodeView) => string): boolean {
  return new Set(nodes.map(pick)).size < 2;
}

function latencyOf(view: OperationView | undefined): string {
  return view?.p99Ms === undefined ? UNKNOWN : formatDuration(view.p99Ms);
}

function rateOf(view: OperationView | undefined): string {
  return view === undefined ? UNKNOWN : formatRate(view.perSecond);
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : formatSize(bytes);
}

function upOf(node: NodeView): string {
  return node.report === undefined ? UNKNOWN : formatDuration(node.report.uptimeMs);
}
