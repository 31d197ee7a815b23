import { assert } from '../../../stdx/assert.js';
import { LIMITS } from '../limits.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import type { EventView } from '../views/event-views.js';
import type { LivenessState } from '../views/node-views.js';
import { healthyAt, observeTimer, suspectPhiOf, type LocalHealth } from './local-health.js';
import {
  EMPTY_WINDOW,
  leastSilenceMs,
  phiOf,
  withInterval,
  type ArrivalWindow,
} from './phi-accrual.js';
import {
  judge,
  livenessOf,
  reasonOf,
  unheard,
  wantsProbe,
  type Evidence,
  type Suspicion,
} from './suspicion.js';

/** Changed in place: there is one for every node, and a heartbeat of each every second. */
interface Watched {
  belief: Suspicion;
  arrivals: ArrivalWindow;
  /** Monotonic time at which it was last heard, or at which watching began, moved on by own stalls. */
  heardMs: number;
}

/** A node whose state changed, and the event that says why. */
export interface Transition {
  readonly nodeId: NodeId;
  readonly from: LivenessState;
  readonly to: LivenessState;
  readonly event: Pick<EventView, 'severity' | 'message'>;
}

/** What is believed of a node at a moment. */
export interface Diagnosis {
  readonly liveness: LivenessState;
  readonly forMs: number;
  readonly reason: string;
  readonly silentMs: number;
  readonly phi: number;
}

/** Begun at the time given; handed back when it ends, so that a stall or a recovery in between voids it. */
export interface ProbeTicket {
  readonly nodeId: NodeId;
  readonly startedMs: number;
}

/** Judges every other node by its heartbeats and by probes; time comes with each call, in monotonic ms. */
export class FailureDetector {
  readonly #watched = new Map<NodeId, Watched>();
  #health: LocalHealth;

  constructor(nowMs: number) {
    this.#health = healthyAt(nowMs);
  }

  /** Watches exactly these nodes from now on; a new one is not believed down before it had its chance to be heard. */
  watchOnly(nodeIds: ReadonlySet<NodeId>, nowMs: number): void {
    for (const id of this.#watched.keys()) if (!nodeIds.has(id)) this.#watched.delete(id);
    for (const id of nodeIds) {
      if (this.#watched.has(id)) continue;
      this.#watched.set(id, { belief: unheard(nowMs), arrivals: EMPTY_WINDOW, heardMs: nowMs });
    }
  }

  /** Ids of the nodes that are watched, with what is believed of them. */
  liveness(): readonly (readonly [NodeId, LivenessState])[] {
    return [...this.#watched].map(([id, { belief }]) => [id, livenessOf(belief)] as const);
  }

  /** A node that is not watched counts as down. */
  stateOf(nodeId: NodeId): LivenessState {
    const watched = this.#watched.get(nodeId);
    return watched === undefined ? 'down' : livenessOf(watched.belief);
  }

  diagnose(nodeId: NodeId, nowMs: number): Diagnosis | undefined {
    const watched = this.#watched.get(nodeId);
    if (watched === undefined) return undefined;
    const { belief, arrivals, heardMs } = watched;
    const silentMs = Math.max(0, nowMs - heardMs);
    return {
      liveness: livenessOf(belief),
      forMs: Math.max(0, nowMs - belief.sinceMs),
      reason: reasonOf(belief),
      silentMs,
      phi: phiOf(arrivals, silentMs),
    };
  }

  /**
   * To be called before anything is judged: `dueMs` is when the next timer of this node is or was due.
   * Silence while the own event loop stood still is nobody's fault, so all ages are shortened by it and running probes are void.
   */
  observeTimer(dueMs: number, nowMs: number): number {
    const { health, stallMs } = observeTimer(this.#health, { dueMs, nowMs });
    this.#health = health;
    if (stallMs === 0) return 0;
    for (const watched of this.#watched.values()) {
      watched.belief = judge(watched.belief, { kind: 'stalled' }, nowMs).next;
      watched.heardMs = Math.min(nowMs, watched.heardMs + stallMs);
    }
    return stallMs;
  }

  /** A heartbeat newer than all before; `direct` when the node itself brought it. */
  heartbeat(nodeId: NodeId, direct: boolean, nowMs: number): Transition | undefined {
    const watched = this.#watched.get(nodeId);
    if (watched === undefined) return undefined;
    hear(watched, nowMs);
    const answered = direct ? this.#weigh(nodeId, { kind: 'answered' }, nowMs) : undefined;
    return answered ?? this.#weigh(nodeId, { kind: 'heartbeat' }, nowMs);
  }

  /** The node was probed and answered. */
  answered(nodeId: NodeId, nowMs: number): Transition | undefined {
    const watched = this.#watched.get(nodeId);
    if (watched === undefined) return undefined;
    // A node that is down comes back by its heartbeats, so that one lucky probe does not make it flap.
    if (watched.belief.kind !== 'down') watched.heardMs = nowMs;
    return this.#weigh(nodeId, { kind: 'answered' }, nowMs);
  }

  /** A round of probes ended without an answer; `indirect` is how many others were asked to try. */
  unanswered(ticket: ProbeTicket, indirect: number, nowMs: number): Transition | undefined {
    const watched = this.#watched.get(ticket.nodeId);
    if (watched === undefined) return undefined;
    const silentMs = nowMs - watched.heardMs;
    const { startedMs } = ticket;
    return this.#weigh(ticket.nodeId, { kind: 'unanswered', startedMs, indirect, silentMs }, nowMs);
  }

  /** The node said that it stops, or the cluster removed it. */
  left(nodeId: NodeId, reason: string, nowMs: number): Transition | undefined {
    return this.#watched.has(nodeId)
      ? this.#weigh(nodeId, { kind: 'left', reason }, nowMs)
      : undefined;
  }

  /** Judges all silences. */
  tick(nowMs: number): readonly Transition[] {
    const suspectPhi = suspectPhiOf(this.#health);
    const least = leastSilenceMs(suspectPhi);
    const transitions: Transition[] = [];
    for (const [id, watched] of this.#watched) {
      const silentMs = nowMs - watched.heardMs;
      if (silentMs <= least || watched.belief.kind !== 'up') continue;
      const phi = phiOf(watched.arrivals, silentMs);
      if (phi <= suspectPhi) continue;
      const transition = this.#weigh(id, { kind: 'silence', phi, silentMs, suspectPhi }, nowMs);
      if (transition !== undefined) transitions.push(transition);
    }
    return transitions;
  }

  /** Begins at most `room` rounds of probes, for those that have been silent the longest. */
  beginProbes(room: number, nowMs: number): readonly ProbeTicket[] {
    const due: (readonly [NodeId, Watched])[] = [];
    for (const [id, watched] of this.#watched) {
      if (watched.belief.kind === 'up') continue;
      if (wantsProbe(watched.belief, nowMs, nowMs - watched.heardMs)) due.push([id, watched]);
    }
    due.sort(([, a], [, b]) => a.heardMs - b.heardMs);
    return due.slice(0, Math.max(0, room)).map(([nodeId, { heardMs }]) => {
      this.#weigh(nodeId, { kind: 'probing', silentMs: nowMs - heardMs }, nowMs);
      return { nodeId, startedMs: nowMs };
    });
  }

  #weigh(nodeId: NodeId, evidence: Evidence, nowMs: number): Transition | undefined {
    const watched = this.#watched.get(nodeId);
    assert(watched !== undefined, 'evidence is about a node that is watched');
    const { belief } = watched;
    const { next, event } = judge(belief, evidence, nowMs);
    watched.belief = next;
    if (event === undefined) return undefined;
    return { nodeId, from: livenessOf(belief), to: livenessOf(next), event };
  }
}

function hear(watched: Watched, nowMs: number): void {
  // Only a node that is up shows its rhythm: an outage is not an interval between heartbeats.
  if (watched.belief.kind === 'up') {
    const intervalMs = Math.min(nowMs - watched.heardMs, LIMITS.downAfterMs);
    watched.arrivals = withInterval(watched.arrivals, intervalMs);
  }
  watched.heardMs = nowMs;
}
