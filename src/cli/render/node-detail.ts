import type {
  NodeDetailView,
  NodeReport,
  NodeView,
  OperationView,
} from '../../node/core/views/node-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatAge, formatRate, formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { flow, document } from './lines.js';
import { nodeRole, nodeStateText, stateRole } from './node-state.js';

const LABEL = 10;

/** One node: where it is, what it owns, how its process does, how the others see it. */
export function renderNodeDetail(view: NodeDetailView, look: Look): string {
  const { node } = view;
  const state = nodeStateText(node);
  const role = nodeRole(node);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['state', stateParts(node)],
    ['address', [node.address, `peer ${node.peerAddress}`, `http ${node.httpAddress}`]],
    ['place', [`host ${node.host}`, `rack ${node.rack}`, `dc ${node.dc}`]],
    ['ring', ringParts(node)],
    ...reportSections(node.report),
    ['seen by', seenParts(view, look)],
    ['storage', view.storage.map(({ name, value }) => `${name} ${value}`)],
  ];
  return document([
    `${node.name}  ${role === undefined ? state : look.paint(role, state)}   ${cleanText(view.cluster)}, view of ${view.viewedFrom}`,
    ...sections.flatMap(([name, parts]) => section(name, parts, look)),
  ]);
}

function section(name: string, parts: readonly string[], look: Look): readonly string[] {
  const lines = flow(parts.map(cleanParts), look.width - LABEL);
  return lines.map((line, i) => look.paint('dim', (i === 0 ? name : '').padEnd(LABEL)) + line);
}

/** Parts that carry colour are made of words of ours. */
function cleanParts(part: string): string {
  return part.includes('\x1b') ? part : cleanText(part);
}

function stateParts(node: NodeView): readonly string[] {
  return [
    `member ${node.membership}`,
    node.viewing ? 'it answers itself' : `${node.liveness} for ${formatDuration(node.forMs)}`,
    node.reason,
    node.report?.ready === false ? `not ready: ${node.report.notReadyReason}` : '',
    drainedText(node),
    node.report?.writesRefused ? `takes no writes: ${node.report.writesRefused}` : '',
    node.error === undefined ? '' : `${node.error.code}: ${node.error.message}`,
    `id ${node.nodeId}`,
  ];
}

function drainedText({ maintenance, report }: NodeView): string {
  if (maintenance) return 'in maintenance: takes no clients, and its being down is no alarm';
  return report?.drained === true ? 'drained: takes no clients' : '';
}

function ringParts(node: NodeView): readonly string[] {
  return [
    `${node.vnodes} vnodes`,
    `first copy of ${formatShare(node.primary)}`,
    `holds ${formatShare(node.holds)}`,
    node.voter ? 'votes on metadata' : 'does not vote',
  ];
}

function reportSections(
  report: NodeReport | undefined,
): readonly (readonly [string, readonly string[]])[] {
  if (report === undefined) return [];
  const disk = report.diskFreeBytes;
  return [
    [
      'process',
      [
        `pid ${report.pid}`,
        `up ${formatDuration(report.uptimeMs)}`,
        `boot ${report.boot}`,
        `kv ${report.release}`,
        `node ${report.nodeVersion}`,
        `rss ${formatSize(report.rssBytes)}`,
        `heap ${formatSize(report.heapBytes)}`,
        `event loop p99 ${formatDuration(report.eventLoopDelayP99Ms)}`,
      ],
    ],
    ['metadata', [`epoch ${report.epoch}`, `ring ${report.ringHash.slice(0, 8)}`]],
    ['traffic', [operation('reads', report.reads), operation('writes', report.writes)]],
    [
      'queues',
      [`${report.clientStreams} client streams`, `${formatSize(report.queuedBytes)} queued`],
    ],
    [
      'data',
      [
        `load ${formatSize(report.loadBytes)}`,
        `sequence ${report.sequence}`,
        disk === undefined ? '' : `disk free ${formatSize(disk)}`,
      ],
    ],
    ['clock', [clockText(report.clockOffsetMs)]],
    ['gossip', [`round ${report.gossipRound}`]],
  ];
}

function operation(name: string, { perSecond, p50Ms, p99Ms }: OperationView): string {
  const latency = (ms: number | undefined): string =>
    ms === undefined ? UNKNOWN : formatDuration(ms);
  return `${name} ${formatRate(perSecond)}/s p50 ${latency(p50Ms)} p99 ${latency(p99Ms)}`;
}

function clockText(offsetMs: number | undefined): string {
  if (offsetMs === undefined) return 'offset not known';
  return `${offsetMs < 0 ? '' : '+'}${formatDuration(offsetMs)} off the median of its peers`;
}

function seenParts({ seenBy }: NodeDetailView, { paint }: Look): readonly string[] {
  return seenBy.map(({ node, liveness, phi, heartbeatAgeMs }) => {
    if (liveness === undefined) return `${node} ${paint('dim', 'no answer')}`;
    const role = stateRole(liveness) ?? 'info';
    const age = heartbeatAgeMs === undefined ? '' : ` ${formatAge(heartbeatAgeMs)} ago`;
    const suspicion = phi === undefined ? '' : ` phi ${phi.toFixed(2)}`;
    return `${node} ${paint(role, liveness)}${age}${suspicion}`;
  });
}
