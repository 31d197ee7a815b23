import { LIMITS } from '../core/limits.js';
import type { DataReply, DataRequest } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { ReplicaSighting } from '../core/quorum/replica-outcome.js';
import type { ReplicaPlan } from '../core/quorum/replica-plan.js';
import type { Clock } from '../env/clock.js';
import type { LivenessService, PeerDirectory, ReplicaService } from '../services.js';

export interface ReplicaRouterParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly replica: ReplicaService;
}

/** How far behind the nearest ready replica each drawback puts one, in ms of round trip; they add up. */
const PENALTY_MS = {
  countsOnce: 5_000,
  otherDc: 10_000,
  notReady: 100_000,
  suspect: 200_000,
  silent: 400_000,
};

/** Reaches the replicas of a plan: who is alive, who is best asked first, and the own node without a network between. */
export class ReplicaRouter {
  readonly #parts: ReplicaRouterParts;
  /** Replicas that were silent, until when they are asked last. */
  readonly #silentUntilMs = new Map<NodeId, number>();

  constructor(parts: ReplicaRouterParts) {
    this.#parts = parts;
  }

  get ownId(): NodeId {
    return this.#parts.ownId;
  }

  nameOf(nodeId: NodeId): string {
    return this.#parts.peers.nameOf(nodeId);
  }

  /** Whether each replica may be sent to, by position in the plan; the own node always may. */
  aliveOf(plan: ReplicaPlan): readonly boolean[] {
    return plan.replicas.map(({ nodeId }) => this.#isAlive(nodeId));
  }

  /**
   * The replicas that may be sent to, best first: self, then the nearest that is up, connected and was not silent lately. Those that are
   * preferred, because they count twice, come before others of their data centre.
   */
  orderOf(
    plan: ReplicaPlan,
    alive: readonly boolean[],
    preferred: readonly number[] | undefined,
  ): readonly number[] {
    const order: number[] = [];
    const costs: number[] = [];
    const localDc = plan.replicas.find(({ nodeId }) => nodeId === this.ownId)?.dc;
    for (const [replica, { nodeId, dc }] of plan.replicas.entries()) {
      if (alive[replica] !== true) continue;
      const cost =
        this.#costOf(nodeId) +
        (localDc === undefined || dc === localDc ? 0 : PENALTY_MS.otherDc) +
        (preferred === undefined || preferred.includes(replica) ? 0 : PENALTY_MS.countsOnce);
      let at = order.length;
      while (at > 0 && costs[at - 1]! > cost) at -= 1;
      order.splice(at, 0, replica);
      costs.splice(at, 0, cost);
    }
    return order;
  }

  /** How the replicas look, for people. */
  sightingsOf(plan: ReplicaPlan): readonly ReplicaSighting[] {
    return plan.replicas.map(({ nodeId }) => this.sightingOf(nodeId));
  }

  sightingOf(nodeId: NodeId): ReplicaSighting {
    const name = this.nameOf(nodeId);
    if (nodeId === this.ownId) return { name, state: 'up', forMs: undefined };
    const state = this.#parts.liveness.stateOf(nodeId);
    const forMs = this.#parts.liveness.sightingOf(nodeId)?.forMs;
    if (state !== 'down' && !this.#isConnectable(nodeId))
      return { name, state: 'unreachable', forMs: undefined };
    return { name, state, forMs };
  }

  /** Sends to a replica; `done` is called exactly once, possibly before this returns. */
  send(
    nodeId: NodeId,
    envelope: { readonly request: DataRequest; readonly remainingMs: number },
    done: (reply: DataReply) => void,
  ): void {
    const { request, remainingMs } = envelope;
    if (nodeId === this.ownId) {
      this.#parts.replica.handle(request, remainingMs, done);
      return;
    }
    const link = this.#parts.peers.linkTo(nodeId);
    if (link === undefined)
      done({ kind: 'failed', code: 'KV_UNREACHABLE', message: 'no address is known' });
    else link.data(request, remainingMs, done);
  }

  /** The replica was silent for too long: it is asked last for a while. */
  noteSilence(nodeId: NodeId): void {
    this.#silentUntilMs.set(nodeId, this.#parts.clock.monotonicMs() + LIMITS.silentPenaltyMs);
  }

  /** The replica answered, so it is not silent any more. */
  noteAnswer(nodeId: NodeId): void {
    if (this.#silentUntilMs.size > 0) this.#silentUntilMs.delete(nodeId);
  }

  #isAlive(nodeId: NodeId): boolean {
    if (nodeId === this.ownId) return true;
    return this.#parts.liveness.stateOf(nodeId) !== 'down' && this.#isConnectable(nodeId);
  }

  #isConnectable(nodeId: NodeId): boolean {
    const state = this.#parts.peers.linkTo(nodeId)?.state();
    return state !== undefined && state !== 'broken';
  }

  #costOf(nodeId: NodeId): number {
    const silent = this.#isSilent(nodeId) ? PENALTY_MS.silent : 0;
    if (nodeId === this.ownId) return silent;
    const link = this.#parts.peers.linkTo(nodeId);
    const roundTripMs = link?.roundTripMs() ?? 1;
    const notReady = link?.state() === 'ready' ? 0 : PENALTY_MS.notReady;
    const suspect = this.#parts.liveness.stateOf(nodeId) === 'up' ? 0 : PENALTY_MS.suspect;
    return roundTripMs + notReady + suspect + silent;
  }

  #isSilent(nodeId: NodeId): boolean {
    const untilMs = this.#silentUntilMs.get(nodeId);
    return untilMs !== undefined && untilMs > this.#parts.clock.monotonicMs();
  }
}
