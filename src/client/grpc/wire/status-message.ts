import type { Event, NodeResponse, StatusResponse } from '../../../generated/kv/v1/admin.js';
import type { EventView } from '../../../node/core/views/event-views.js';
import type { NodeDetailView } from '../../../node/core/views/node-views.js';
import type { StatusView } from '../../../node/core/views/status-views.js';
import { livenessOf, nodeFromMessage, operationsFromMessage } from './report-message.js';
import { required } from './required.js';
import { plannedFromMessage } from './topology-message.js';
import { wordOf } from './words.js';

const healthOf = wordOf('HEALTHY', 'DEGRADED', 'CRITICAL', 'UNKNOWN');
const alertSeverityOf = wordOf('warn', 'bad');
const eventSeverityOf = wordOf('info', 'warn', 'bad');
const eventKindOf = wordOf(
  'gossip',
  'metadata',
  'store',
  'node',
  'clock',
  'transport',
  'hint',
  'repair',
);

/** The answer of `Status`. @throws BadFrame when it is not one */
export function statusFromMessage(message: StatusResponse): StatusView {
  return {
    ...message,
    health: healthOf(message.health),
    ring: required(message.ring),
    ranges: required(message.ranges),
    voters: required(message.voters),
    reads: operationsFromMessage(message.reads),
    writes: operationsFromMessage(message.writes),
    nodes: message.nodes.map(nodeFromMessage),
    alerts: message.alerts.map((alert) => ({
      ...alert,
      severity: alertSeverityOf(alert.severity),
      node: alert.node,
    })),
    ...plannedFromMessage(message),
  };
}

/** The answer of `Node`. @throws BadFrame when it is not one */
export function nodeDetailFromMessage(message: NodeResponse): NodeDetailView {
  return {
    ...message,
    node: nodeFromMessage(required(message.node)),
    seenBy: message.seenBy.map((seen) => ({
      node: seen.node,
      liveness: seen.liveness === undefined ? undefined : livenessOf(seen.liveness),
      phi: seen.phi,
      heartbeatAgeMs: seen.heartbeatAgeMs,
    })),
  };
}

/** One event. @throws BadFrame for an unknown kind or severity */
export function eventFromMessage(message: Event): EventView {
  return {
    ...message,
    kind: eventKindOf(message.kind),
    severity: eventSeverityOf(message.severity),
  };
}
