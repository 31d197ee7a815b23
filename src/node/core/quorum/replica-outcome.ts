import { formatDuration } from '../../../stdx/duration.js';
import { unreachable } from '../../../stdx/unreachable.js';
import type { ReplicaReport } from '../errors.js';
import type { DataReply } from '../messages.js';
import type { LivenessState } from '../views/node-views.js';

/** How a replica looked to the coordinator before anything was sent. */
export interface ReplicaSighting {
  readonly name: string;
  /** `unreachable`: the connection to it is broken, or there is no address for it. */
  readonly state: LivenessState | 'unreachable';
  /** How long it has been so, when known. */
  readonly forMs: number | undefined;
}

/** How the operation went at one replica. */
export type ReplicaOutcome =
  | { readonly kind: 'skipped'; readonly sighting: ReplicaSighting }
  | { readonly kind: 'unasked'; readonly name: string }
  | { readonly kind: 'pending'; readonly name: string; readonly waitedMs: number }
  | {
      readonly kind: 'replied';
      readonly name: string;
      readonly reply: DataReply;
      readonly tookMs: number;
    };

/** Whether a replica counts as alive: one that is down or cut off is not sent anything. */
export function isAlive(sighting: ReplicaSighting): boolean {
  return sighting.state === 'up' || sighting.state === 'suspect';
}

/** The line about one replica that was looked at but not asked. */
export function reportSighting({ name, state, forMs }: ReplicaSighting): ReplicaReport {
  return { node: name, state, detail: forMs === undefined ? undefined : formatDuration(forMs) };
}

/** The line about one replica, as an operator reads it under an error. */
export function reportOutcome(outcome: ReplicaOutcome): ReplicaReport {
  switch (outcome.kind) {
    case 'skipped':
      return reportSighting(outcome.sighting);
    case 'unasked':
      return { node: outcome.name, state: 'not asked' };
    case 'pending':
      return {
        node: outcome.name,
        state: 'no answer',
        detail: `in ${formatDuration(outcome.waitedMs)}`,
      };
    case 'replied':
      return reportReply(outcome.name, outcome.reply, outcome.tookMs);
    default:
      return unreachable(outcome);
  }
}

function reportReply(node: string, reply: DataReply, tookMs: number): ReplicaReport {
  const detail = formatDuration(tookMs);
  switch (reply.kind) {
    case 'written':
    case 'value':
    case 'digest':
      return { node, state: 'ok', detail };
    case 'superseded':
    case 'corrupt':
      return { node, state: reply.kind, detail };
    case 'fenced':
      return { node, state: 'fenced', detail: `at epoch ${reply.epoch}` };
    case 'failed':
      return reportFailure(node, reply, detail);
    default:
      return unreachable(reply);
  }
}

function reportFailure(
  node: string,
  reply: Extract<DataReply, { kind: 'failed' }>,
  tookMs: string,
): ReplicaReport {
  if (reply.code === 'timeout') return { node, state: 'no answer', detail: `in ${tookMs}` };
  if (reply.code === 'KV_UNREACHABLE') return { node, state: 'unreachable', detail: tookMs };
  if (reply.code === 'KV_OVERLOADED') return { node, state: 'overloaded', detail: tookMs };
  if (reply.code === 'KV_DISK_FULL') return { node, state: 'disk full', detail: tookMs };
  return { node, state: 'failed', detail: `${reply.code}: ${reply.message}` };
}

/** Whether the reply proves that the replica did not apply the write; without proof it may have, or may yet. */
export function provesNotApplied(outcome: ReplicaOutcome): boolean {
  if (outcome.kind === 'skipped' || outcome.kind === 'unasked') return true;
  if (outcome.kind === 'pending') return false;
  const { reply } = outcome;
  if (reply.kind === 'failed') return REFUSALS.has(reply.code);
  // Fenced is also what was admitted, and written, just before the ring went on.
  return reply.kind === 'superseded' || reply.kind === 'corrupt';
}

/** Codes with which a replica, or the queue before it, refuses a write before it does anything. */
const REFUSALS: ReadonlySet<string> = new Set([
  'KV_OVERLOADED',
  'KV_DISK_FULL',
  'KV_NOT_READY',
  'KV_EPOCH_CHANGED',
  'KV_KEY_INVALID',
  'KV_VALUE_TOO_LARGE',
  'KV_USAGE',
]);
