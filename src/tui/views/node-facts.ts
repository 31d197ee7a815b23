import type { NodeReport, NodeView } from '../../node/core/views/node-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatSize } from '../../stdx/size.js';
import {
  formatCount,
  formatLasting,
  formatLatency,
  formatRate,
  formatShare,
  UNKNOWN,
} from '../format.js';
import { clean, span, type Line, type Role, type Span } from '../line.js';
import { stateWord } from './node-state.js';

/** One line of a list: what it is, and how it is. */
export interface Fact {
  readonly label: string;
  readonly value: Span;
}

const fact = (label: string, value: string, role?: Role): Fact => ({
  label,
  value: span(clean(value), role),
});

/** Who the node is and where it lives. */
export function identityFacts(node: NodeView, elapsedMs: number): readonly Fact[] {
  const { report } = node;
  const state = stateWord(node.state, node.forMs + elapsedMs);
  return [
    { label: 'state', value: state },
    fact('address', node.address),
    fact('peers', node.peerAddress),
    fact('http', node.httpAddress),
    fact('host', node.host),
    fact('rack', `${node.rack} of ${node.dc}`),
    fact('id', node.nodeId),
    fact('boot', report === undefined ? UNKNOWN : String(report.boot)),
    fact('member', node.voter ? `${node.membership}, voter` : node.membership),
    fact('vnodes', String(node.vnodes)),
  ];
}

/** What it holds and what it does. */
export function workFacts(node: NodeView, elapsedMs: number): readonly Fact[] {
  const { report } = node;
  return [
    fact('holds', `${formatShare(node.holds)}, primary ${formatShare(node.primary)}`),
    ...(report === undefined ? silentFacts(node) : reportFacts(report, elapsedMs)),
  ];
}

function silentFacts({ error }: NodeView): readonly Fact[] {
  const reason = error === undefined ? 'not asked' : `${error.code}: ${error.message}`;
  return [fact('report', reason, 'dim')];
}

function reportFacts(report: NodeReport, elapsedMs: number): readonly Fact[] {
  const free = report.diskFreeBytes;
  const operation = ({ perSecond, p50Ms, p99Ms }: NodeReport['reads']): string =>
    `${formatRate(perSecond)}/s  p50 ${formatLatency(p50Ms)}  p99 ${formatLatency(p99Ms)}`;
  return [
    fact(
      'load',
      `${formatSize(report.loadBytes)}${free === undefined ? '' : `, free ${formatSize(free)}`}`,
    ),
    fact('reads', operation(report.reads)),
    fact('writes', operation(report.writes)),
    report.ready && report.writesRefused !== ''
      ? fact('ready', `to read: ${report.writesRefused}`, 'bad')
      : report.ready
        ? fact('ready', 'yes', 'ok')
        : fact('ready', `no: ${report.notReadyReason}`, 'bad'),
    fact('uptime', `${formatLasting(report.uptimeMs + elapsedMs)}, pid ${report.pid}`),
    fact('memory', `${formatSize(report.rssBytes)}, heap ${formatSize(report.heapBytes)}`),
    fact('loop', `p99 ${formatLatency(report.eventLoopDelayP99Ms)}, clock ${offset(report)}`),
    fact(
      'clients',
      `${formatCount(report.clientStreams)}, queued ${formatSize(report.queuedBytes)}`,
    ),
    fact('runs', `kv ${report.release}, node ${report.nodeVersion}`),
  ];
}

function offset({ clockOffsetMs }: NodeReport): string {
  if (clockOffsetMs === undefined) return UNKNOWN;
  return `${clockOffsetMs < 0 ? '' : '+'}${formatDuration(clockOffsetMs)}`;
}

/** The fact as a line; the labels are one column. */
export function factLine({ label, value }: Fact): Line {
  return [span(` ${label.padEnd(8)} `, 'dim'), value];
}

/** How one of the others sees the node. */
export interface Sighting {
  readonly from: string;
  readonly liveness: 'up' | 'suspect' | 'down' | undefined;
  readonly phi: number | undefined;
  readonly ageMs: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly reason: string;
}

/** What every other node says of this one; those that did not answer are listed without an opinion. */
export function sightingsOf(status: StatusView, name: string): readonly Sighting[] {
  return status.nodes
    .filter((other) => other.name !== name)
    .map(({ name: from, report, error }): Sighting => {
      const seen = report?.sightings.find((sighting) => sighting.name === name);
      return {
        from,
        liveness: seen?.liveness,
        phi: seen?.phi,
        ageMs: seen?.heartbeatAgeMs,
        roundTripMs: seen?.roundTripMs,
        reason:
          seen?.reason ??
          (report === undefined ? `no answer${error === undefined ? '' : `: ${error.code}`}` : ''),
      };
    });
}
