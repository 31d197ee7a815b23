import type {
  GossipNode,
  NodeReport as ReportMessage,
  NodeRow,
  OperationRate,
  Sighting,
} from '../../../generated/kv/v1/admin.js';
import type { DamageReport } from '../../../node/core/views/damage-views.js';
import type {
  NodeReport,
  NodeView,
  OperationView,
  SightingView,
} from '../../../node/core/views/node-views.js';
import { wordOf } from './words.js';

// Views go out as they are: the generated types have the same fields. What comes in is checked: words that are not known, and
// messages that are missing, throw BadFrame.

export const livenessOf = wordOf('up', 'suspect', 'down');
export const membershipOf = wordOf('joining', 'normal', 'leaving', 'removed');
export const shownStateOf = wordOf('up', 'suspect', 'down', 'joining', 'leaving', 'removed');

const hintStateOf = wordOf('waiting', 'replaying', 'paused');

const NO_OPERATIONS: OperationView = { perSecond: 0, p50Ms: undefined, p99Ms: undefined };

const NO_DAMAGE: DamageReport = { rotten: 0, unhealed: 0, unreadable: 0 };

/** Rates and latencies; nothing was measured when the message is missing. */
export function operationsFromMessage(message: OperationRate | undefined): OperationView {
  if (message === undefined) return NO_OPERATIONS;
  return { perSecond: message.perSecond, p50Ms: message.p50Ms, p99Ms: message.p99Ms };
}

/** What one node sees of another. @throws BadFrame for an unknown state */
export function sightingFromMessage(message: Sighting | GossipNode): SightingView {
  return {
    nodeId: message.nodeId,
    name: message.name,
    liveness: livenessOf(message.liveness),
    forMs: message.forMs,
    reason: message.reason,
    boot: message.boot,
    heartbeat: message.heartbeat,
    heartbeatAgeMs: message.heartbeatAgeMs,
    phi: message.phi,
    roundTripMs: message.roundTripMs,
    clockOffsetMs: message.clockOffsetMs,
    release: message.release,
  };
}

/** What a node says of itself. @throws BadFrame for an unknown state */
export function reportFromMessage(message: ReportMessage): NodeReport {
  return {
    ...message,
    reads: operationsFromMessage(message.reads),
    writes: operationsFromMessage(message.writes),
    clockOffsetMs: message.clockOffsetMs,
    diskFreeBytes: message.diskFreeBytes,
    repairOldestAgeMs: message.repairOldestAgeMs,
    recovery: message.recovery,
    planReport: message.planReport,
    damage: message.damage ?? NO_DAMAGE,
    sightings: message.sightings.map(sightingFromMessage),
    hints: message.hints.map((one) => ({ ...one, state: hintStateOf(one.state) })),
  };
}

/** One row of the table of nodes. @throws BadFrame for an unknown state */
export function nodeFromMessage(message: NodeRow): NodeView {
  const { report } = message;
  return {
    ...message,
    state: shownStateOf(message.state),
    liveness: livenessOf(message.liveness),
    membership: membershipOf(message.membership),
    phi: message.phi,
    heartbeatAgeMs: message.heartbeatAgeMs,
    report: report === undefined ? undefined : reportFromMessage(report),
    error: message.error,
  };
}
