import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ClockOffsets } from '../core/membership/clock-offset.js';
import { beat } from '../core/membership/endpoint-state.js';
import type { EndpointTable } from '../core/membership/endpoint-table.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
  type AppliedDeltas,
  type Digests,
  type GossipTurn,
} from '../core/membership/gossip.js';
import { gossipBytes } from '../core/membership/gossip-size.js';
import { selectPeers, type Candidates, type Draw } from '../core/membership/peer-selection.js';
import type { ControlReply, EndpointDelta } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { PeerLink } from '../env/transport.js';
import type { MembershipMetrics } from './membership-metrics.js';

/** A message that is small on purpose: a few digests, or two or three deltas. */
const SMALL_MESSAGE_BYTES = 320;

export interface GossiperOptions {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly draw: Draw;
  readonly log: Logger;
  readonly metrics: MembershipMetrics;
  readonly table: EndpointTable;
  readonly clocks: ClockOffsets;
  readonly candidates: () => Candidates;
  readonly linkTo: (nodeId: NodeId) => PeerLink | undefined;
  /** What `from` told, already merged into the table. */
  readonly heard: (applied: AppliedDeltas, from: NodeId) => void;
}

/**
 * Exchanges endpoint states with random peers: digests, deltas with what is wanted in return, deltas.
 * At most one exchange per peer is under way, and a bounded number in all, so a slow peer delays nobody and rounds do not pile up.
 */
export class Gossiper {
  readonly #options: GossiperOptions;
  readonly #talkingTo = new Set<NodeId>();
  #round = 0;
  #stopped = false;

  constructor(options: GossiperOptions) {
    this.#options = options;
  }

  round(): number {
    return this.#round;
  }

  /** Beats the own heart and begins one exchange with each peer of the round. */
  runRound(): void {
    const { table, metrics, candidates, draw, buggify } = this.#options;
    this.#round += 1;
    metrics.rounds.inc();
    table.setSelf(beat(table.self()), this.#round);
    if (buggify('gossip.skipped-round')) return;
    const { live, down, seeds } = candidates();
    const free = (id: NodeId): boolean => !this.#talkingTo.has(id);
    const idle = { live: live.filter(free), down: down.filter(free), seeds: seeds.filter(free) };
    for (const peer of selectPeers(idle, LIMITS.gossipFanout, draw)) {
      if (this.#talkingTo.size >= LIMITS.gossipExchanges) return;
      void this.#exchangeWith(peer);
    }
  }

  /** The second step of an exchange that `from` began. */
  answer(heard: Digests & { readonly from: NodeId }): ControlReply {
    const { table, metrics, clock } = this.#options;
    const { deltas, wanted } = answerDigests(table, heard, this.#turn());
    metrics.sentBytes.inc(gossipBytes(wanted, deltas));
    return { kind: 'gossip-deltas', deltas, wanted, wallMs: clock.wallMs() };
  }

  /** The last step of an exchange that `from` began, or news that it tells unasked. */
  accept(deltas: readonly EndpointDelta[], from: NodeId): void {
    const { table, metrics, heard } = this.#options;
    const applied = applyDeltas(table, deltas, this.#round);
    metrics.malformedDeltas.inc(applied.malformed);
    heard(applied, from);
  }

  /** Tells a peer the whole own state now. @throws KvError as `PeerLink.control` */
  async tellSelf(link: PeerLink, remainingMs: number): Promise<void> {
    const deltas = [this.#options.table.self()];
    this.#options.metrics.sentBytes.inc(gossipBytes([], deltas));
    await link.control({ kind: 'gossip-deltas', deltas }, remainingMs);
  }

  /** Nothing that arrives from now on is looked at. */
  stop(): void {
    this.#stopped = true;
  }

  async #exchangeWith(peer: NodeId): Promise<void> {
    const { linkTo, metrics, clock, log } = this.#options;
    const link = linkTo(peer);
    if (link === undefined) return;
    this.#talkingTo.add(peer);
    const startMs = clock.monotonicMs();
    try {
      await this.#exchange(peer, link);
      metrics.exchangeSeconds.observe((clock.monotonicMs() - startMs) / 1000);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      metrics.failedExchanges.inc();
      log.debug('gossip exchange failed', { peer, code: error.code, message: error.message });
    } finally {
      this.#talkingTo.delete(peer);
    }
  }

  async #exchange(peer: NodeId, link: PeerLink): Promise<void> {
    const { table, clock, clocks, metrics } = this.#options;
    const sentMonoMs = clock.monotonicMs();
    const digests = makeDigests(table, this.#turn());
    metrics.sentBytes.inc(gossipBytes(digests.digests, []));
    const request = { kind: 'gossip-digests', ...digests, wallMs: clock.wallMs() } as const;
    const reply = await link.control(request, LIMITS.gossipExchangeMs);
    if (this.#stopped) return;
    if (reply.kind !== 'gossip-deltas')
      throw new KvError('KV_INTERNAL', `digests were answered by ${reply.kind}`);
    // Another node may have taken over the address; what it says is as good, but it is not this peer.
    const from = link.remote()?.nodeId ?? peer;
    const receivedMonoMs = clock.monotonicMs();
    clocks.note(from, { peerWallMs: reply.wallMs, sentMonoMs, receivedMonoMs });
    this.accept(reply.deltas, from);
    const deltas = deltasFor(table, reply.wanted, this.#turn());
    if (deltas.length === 0) return;
    metrics.sentBytes.inc(gossipBytes([], deltas));
    await link.control({ kind: 'gossip-deltas', deltas }, LIMITS.gossipExchangeMs);
  }

  #turn(): GossipTurn {
    const { draw, buggify } = this.#options;
    const small = buggify('gossip.small-message');
    return {
      rotation: draw(0x1_0000_0000),
      round: this.#round,
      budgetBytes: small ? SMALL_MESSAGE_BYTES : LIMITS.gossipMessageBytes,
    };
  }
}
