import {
  FailureDetector,
  type Diagnosis,
  type ProbeTicket,
  type Transition,
} from '../core/membership/failure-detector.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { EventView } from '../core/views/event-views.js';
import type { LivenessState } from '../core/views/node-views.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import type { EventSink } from '../services.js';
import type { MembershipMetrics } from './membership-metrics.js';
import type { Prober } from './prober.js';

export interface LivenessWatchOptions {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly events: EventSink;
  readonly metrics: MembershipMetrics;
  readonly prober: Pick<Prober, 'probe'>;
  readonly nameOf: (nodeId: NodeId) => string;
}

/** Runs the failure detector: judges silences at every tick, probes whom it doubts, and tells each change with its reason. */
export class LivenessWatch {
  readonly #options: LivenessWatchOptions;
  readonly #detector: FailureDetector;
  #probing = 0;
  #timer: Timer | undefined;
  #tickDueMs: number;
  #stopped = false;

  constructor(options: LivenessWatchOptions) {
    this.#options = options;
    const nowMs = options.clock.monotonicMs();
    this.#detector = new FailureDetector(nowMs);
    this.#tickDueMs = nowMs;
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  watchOnly(nodeIds: ReadonlySet<NodeId>): void {
    this.#detector.watchOnly(nodeIds, this.#now());
  }

  stateOf(nodeId: NodeId): LivenessState {
    return this.#detector.stateOf(nodeId);
  }

  liveness(): readonly (readonly [NodeId, LivenessState])[] {
    return this.#detector.liveness();
  }

  diagnose(nodeId: NodeId): Diagnosis | undefined {
    return this.#detector.diagnose(nodeId, this.#now());
  }

  /** A heartbeat newer than all before; `direct` when the node itself brought it. */
  heartbeat(nodeId: NodeId, direct: boolean): void {
    this.#publish(this.#detector.heartbeat(nodeId, direct, this.#observedNow()));
  }

  /** The node is out of service by its own or the cluster's word. */
  left(nodeId: NodeId, reason: string): void {
    this.#publish(this.#detector.left(nodeId, reason, this.#observedNow()));
  }

  /** Emits an event about a node. */
  tell(nodeId: NodeId, event: Pick<EventView, 'severity' | 'message'>): void {
    const message = `${this.#options.nameOf(nodeId)} ${event.message}`;
    this.#options.events.emit({ kind: 'gossip', severity: event.severity, message });
  }

  #schedule(): void {
    this.#tickDueMs = this.#now() + LIMITS.suspicionTickMs;
    this.#timer = this.#options.clock.after(LIMITS.suspicionTickMs, () => {
      this.#tick();
    });
  }

  #tick(): void {
    const nowMs = this.#observedNow();
    this.#schedule();
    for (const transition of this.#detector.tick(nowMs)) this.#publish(transition);
    const room = LIMITS.probeRounds - this.#probing;
    for (const ticket of this.#detector.beginProbes(room, nowMs)) void this.#probe(ticket);
    if (this.#options.buggify('gossip.early-probe')) this.#probeEarly(nowMs);
  }

  /** Probes those that nobody doubts: an answer is worth something, no answer proves nothing of them. */
  #probeEarly(startedMs: number): void {
    for (const [nodeId, state] of this.#detector.liveness())
      if (state === 'up' && this.#probing < LIMITS.probeRounds)
        void this.#probe({ nodeId, startedMs });
  }

  async #probe(ticket: ProbeTicket): Promise<void> {
    this.#probing += 1;
    try {
      const result = await this.#options.prober.probe(ticket.nodeId);
      if (this.#stopped) return;
      const nowMs = this.#observedNow();
      this.#publish(
        result.alive
          ? this.#detector.answered(ticket.nodeId, nowMs)
          : this.#detector.unanswered(ticket, result.indirect, nowMs),
      );
    } finally {
      this.#probing -= 1;
    }
  }

  /** Now, after taking account of a stall: whatever runs first after one must notice it before it judges others. */
  #observedNow(): number {
    const nowMs = this.#now();
    const stallMs = this.#detector.observeTimer(this.#tickDueMs, nowMs);
    if (stallMs > 0) {
      this.#tickDueMs = nowMs;
      this.#options.metrics.stallSeconds.inc(stallMs / 1000);
    }
    return nowMs;
  }

  #publish(transition: Transition | undefined): void {
    if (transition === undefined) return;
    this.#options.metrics.countTransition(transition.to);
    this.tell(transition.nodeId, transition.event);
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}
