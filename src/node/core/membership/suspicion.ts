import { formatDuration } from '../../../stdx/duration.js';
import { unreachable } from '../../../stdx/unreachable.js';
import { LIMITS } from '../limits.js';
import type { EventView } from '../views/event-views.js';
import type { LivenessState } from '../views/node-views.js';

/** A round of probes that was begun: when, and how long the node had been silent by then. */
interface ProbeRound {
  readonly startedMs: number;
  readonly silentMs: number;
  readonly running: boolean;
  /** Rounds that ended without an answer, one after the other, up to now. */
  readonly failed: number;
}

/**
 * What one node believes of another. Times are monotonic ms.
 * `unheard`: known by name only, since our start or its joining. A node that is `unheard` or `suspect` is being probed.
 */
export type Suspicion =
  | { readonly kind: 'unheard'; readonly sinceMs: number; readonly probe: ProbeRound | undefined }
  | { readonly kind: 'up'; readonly sinceMs: number }
  | {
      readonly kind: 'suspect';
      readonly sinceMs: number;
      readonly reason: string;
      readonly freshHeartbeats: number;
      readonly probe: ProbeRound | undefined;
    }
  | {
      readonly kind: 'down';
      readonly sinceMs: number;
      readonly reason: string;
      readonly freshHeartbeats: number;
    };

/** Something that may change the belief. */
export type Evidence =
  /** A heartbeat newer than all before. */
  | { readonly kind: 'heartbeat' }
  /** Time passed: how long nothing was heard, and what that means. */
  | {
      readonly kind: 'silence';
      readonly phi: number;
      readonly silentMs: number;
      readonly suspectPhi: number;
    }
  | { readonly kind: 'probing'; readonly silentMs: number }
  /** It answered a probe, or spoke to us itself. */
  | { readonly kind: 'answered' }
  /** The round of probes begun at `startedMs` ended without an answer. */
  | {
      readonly kind: 'unanswered';
      readonly startedMs: number;
      readonly indirect: number;
      readonly silentMs: number;
    }
  /** The own event loop stood still: a running probe proves nothing. */
  | { readonly kind: 'stalled' }
  /** The node itself, or the cluster, says that it is out of service. */
  | { readonly kind: 'left'; readonly reason: string };

/** The belief after a piece of evidence, and the event when it changed. */
export interface Judgement {
  readonly next: Suspicion;
  /** To be read after the name of the node: `suspected (phi 1.6, silent 3.7 s)`. */
  readonly event: Pick<EventView, 'severity' | 'message'> | undefined;
}

/** Before anything is heard of a node. */
export function unheard(sinceMs: number): Suspicion {
  return { kind: 'unheard', sinceMs, probe: undefined };
}

/** What routing and people see; a node not heard of yet is worth trying, like a suspect. */
export function livenessOf(belief: Suspicion): LivenessState {
  return belief.kind === 'unheard' ? 'suspect' : belief.kind;
}

/** Why it is so, for people. */
export function reasonOf(belief: Suspicion): string {
  if (belief.kind === 'up') return 'heartbeats arrive';
  return belief.kind === 'unheard' ? 'not heard yet' : belief.reason;
}

/** True when a round of probes should begin now: at once, then every second, and once more when the silence is long enough for a verdict. */
export function wantsProbe(belief: Suspicion, nowMs: number, silentMs: number): boolean {
  if (belief.kind !== 'suspect' && belief.kind !== 'unheard') return false;
  const { probe } = belief;
  if (probe === undefined) return true;
  if (probe.running) return false;
  const verdictDue = silentMs >= LIMITS.downAfterMs && probe.silentMs < LIMITS.downAfterMs;
  return verdictDue || nowMs - probe.startedMs >= LIMITS.probeAgainMs;
}

/**
 * Weighs one piece of evidence. Down takes a long silence and unanswered probes: some rounds in a row, the last of them begun
 * after that silence. One round is not enough: where 5 % of messages are lost, one in 1,600 fails, and of thousands of nodes
 * that hear of each other every few seconds, many are suspected at any time.
 */
export function judge(belief: Suspicion, evidence: Evidence, nowMs: number): Judgement {
  switch (evidence.kind) {
    case 'heartbeat':
      return onHeartbeat(belief, nowMs);
    case 'answered':
      return belief.kind === 'down' ? unchanged(belief) : toUp(belief, nowMs);
    case 'silence':
      return onSilence(belief, evidence, nowMs);
    case 'probing':
      return onProbing(belief, evidence.silentMs, nowMs);
    case 'unanswered':
      return onUnanswered(belief, evidence, nowMs);
    case 'stalled':
      return unchanged('probe' in belief ? { ...belief, probe: undefined } : belief);
    case 'left':
      if (belief.kind === 'down') return unchanged({ ...belief, freshHeartbeats: 0 });
      return toDown(evidence.reason, nowMs);
    default:
      return unreachable(evidence);
  }
}

function onHeartbeat(belief: Suspicion, nowMs: number): Judgement {
  if (belief.kind === 'up') return unchanged(belief);
  if (belief.kind === 'unheard') return toUp(belief, nowMs);
  const freshHeartbeats = belief.freshHeartbeats + 1;
  if (freshHeartbeats >= LIMITS.upAfterHeartbeats) return toUp(belief, nowMs);
  return unchanged({ ...belief, freshHeartbeats });
}

function onSilence(
  belief: Suspicion,
  { phi, silentMs, suspectPhi }: Extract<Evidence, { kind: 'silence' }>,
  nowMs: number,
): Judgement {
  if (belief.kind !== 'up' || phi <= suspectPhi) return unchanged(belief);
  const reason = `phi ${phi.toFixed(1)}, silent ${seconds(silentMs)}`;
  return {
    next: { kind: 'suspect', sinceMs: nowMs, reason, freshHeartbeats: 0, probe: undefined },
    event: { severity: 'warn', message: `suspected (${reason})` },
  };
}

function onProbing(belief: Suspicion, silentMs: number, nowMs: number): Judgement {
  if (!('probe' in belief)) return unchanged(belief);
  const failed = belief.probe?.failed ?? 0;
  return unchanged({ ...belief, probe: { startedMs: nowMs, silentMs, running: true, failed } });
}

function onUnanswered(
  belief: Suspicion,
  { startedMs, indirect, silentMs }: Extract<Evidence, { kind: 'unanswered' }>,
  nowMs: number,
): Judgement {
  // Probes of an earlier suspicion, or of before a stall, prove nothing now.
  if (!('probe' in belief) || belief.probe?.startedMs !== startedMs) return unchanged(belief);
  const failed = belief.probe.failed + 1;
  if (belief.probe.silentMs < LIMITS.downAfterMs || failed < LIMITS.failedProbeRounds)
    return unchanged({ ...belief, probe: { ...belief.probe, running: false, failed } });
  const silence = belief.kind === 'unheard' ? 'not heard since start, ' : 'silent ';
  return toDown(`${silence}${seconds(silentMs)}, no answer to ${probesText(indirect)}`, nowMs);
}

function toUp(belief: Suspicion, nowMs: number): Judgement {
  if (belief.kind === 'up') return unchanged(belief);
  const after = formatDuration(nowMs - belief.sinceMs);
  const message = belief.kind === 'unheard' ? 'up' : `up again after ${after}`;
  return { next: { kind: 'up', sinceMs: nowMs }, event: { severity: 'info', message } };
}

function toDown(reason: string, nowMs: number): Judgement {
  return {
    next: { kind: 'down', sinceMs: nowMs, reason, freshHeartbeats: 0 },
    event: { severity: 'bad', message: `down: ${reason}` },
  };
}

function unchanged(next: Suspicion): Judgement {
  return { next, event: undefined };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function probesText(indirect: number): string {
  if (indirect === 0) return '1 direct probe (nobody else could ask)';
  return `1 direct and ${indirect} indirect probe${indirect === 1 ? '' : 's'}`;
}
