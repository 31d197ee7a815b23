import { LIMITS } from '../../../node/core/limits.js';
import type { Prng } from '../../../stdx/prng.js';
import type { MessageFate } from '../message-fate.js';
import type { Timeline } from '../timeline.js';
import {
  listCapacity,
  messageBytes,
  putAnswer,
  putDigests,
  putWanted,
  type Side,
} from './heartbeat-exchange.js';
import { HeartbeatList, ListPool } from './heartbeat-list.js';
import type { ModelBeliefs } from './model-beliefs.js';
import type { PairTable } from './pair-table.js';

export interface ModelWorld {
  readonly timeline: Timeline;
  readonly prng: Prng;
  readonly fate: MessageFate;
  readonly pairs: PairTable;
  readonly beliefs: ModelBeliefs;
}

/** Peers drawn for a place in a round before it stays empty; only a node that believes nearly all down needs so many. */
const DRAWS = 50;

/** Rounds and exchanges as `Gossiper` does them: three messages, at most one exchange per peer, a bounded number in all. */
export class ModelGossip {
  readonly #world: ModelWorld;
  readonly #lists: ListPool;
  readonly #wishes: HeartbeatList;
  /** For each node, the peers with whom it has an exchange under way. */
  readonly #talkingTo: readonly Set<number>[];
  #sentBytes = 0;
  #largestMessageBytes = 0;

  constructor(world: ModelWorld) {
    const { nodes } = world.pairs;
    this.#world = world;
    this.#lists = new ListPool(listCapacity(nodes));
    this.#wishes = new HeartbeatList(listCapacity(nodes));
    this.#talkingTo = Array.from({ length: nodes }, () => new Set<number>());
  }

  sentBytes(): number {
    return this.#sentBytes;
  }

  largestMessageBytes(): number {
    return this.#largestMessageBytes;
  }

  /** Begins the rounds of all nodes, each at its own moment. */
  start(): void {
    const { timeline, prng, pairs } = this.#world;
    for (let node = 0; node < pairs.nodes; node++) {
      timeline.after(prng.nextFloat() * LIMITS.gossipIntervalMs, () => {
        this.#round(node);
      });
    }
  }

  #round(node: number): void {
    const { timeline, prng, pairs } = this.#world;
    const jitter = 0.95 + prng.nextFloat() / 10;
    timeline.after(LIMITS.gossipIntervalMs * jitter, () => {
      this.#round(node);
    });
    pairs.heartbeats[node * pairs.nodes + node]! += 1;
    for (const peer of this.#choosePeers(node)) {
      if (this.#talkingTo[node]!.size >= LIMITS.gossipExchanges) return;
      this.#sendDigests(node, peer);
    }
  }

  /** Distinct peers that are not believed down; the down one and the seed of `selectPeers` are left out. */
  #choosePeers(node: number): ReadonlySet<number> {
    const { prng, pairs, beliefs } = this.#world;
    const doubts = beliefs.doubtsOf(node);
    const chosen = new Set<number>();
    for (let draw = 0; draw < DRAWS && chosen.size < LIMITS.gossipFanout; draw++) {
      const peer = prng.int(pairs.nodes);
      const isFree = peer !== node && !this.#talkingTo[node]!.has(peer);
      if (isFree && doubts.get(peer)?.kind !== 'down') chosen.add(peer);
    }
    return chosen;
  }

  #sendDigests(node: number, peer: number): void {
    const { timeline, fate, pairs } = this.#world;
    this.#talkingTo[node]!.add(peer);
    const heard = this.#lists.take();
    putDigests(pairs, this.#side(node), heard);
    this.#count(heard.count, 0);
    const latencyMs = fate.latencyMs();
    if (fate.isLost()) {
      this.#lists.give(heard);
      this.#endAfter(LIMITS.gossipExchangeMs, [node, peer]);
      return;
    }
    timeline.after(latencyMs, () => {
      this.#sendAnswer([node, peer], heard, latencyMs);
    });
  }

  #sendAnswer([node, peer]: Talk, heard: HeartbeatList, spentMs: number): void {
    const { timeline, fate, pairs } = this.#world;
    const deltas = this.#lists.take();
    const wanted = this.#lists.take();
    putAnswer(pairs, this.#side(peer), { heard, wishes: this.#wishes, deltas, wanted });
    this.#lists.give(heard);
    this.#count(wanted.count, deltas.count);
    if (fate.isLost()) {
      this.#lists.give(deltas);
      this.#lists.give(wanted);
      this.#endAfter(LIMITS.gossipExchangeMs - spentMs, [node, peer]);
      return;
    }
    timeline.after(fate.latencyMs(), () => {
      this.#hear(node, peer, deltas);
      this.#sendLast([node, peer], wanted);
    });
  }

  #sendLast([node, peer]: Talk, wanted: HeartbeatList): void {
    const { timeline, fate, pairs } = this.#world;
    const deltas = this.#lists.take();
    putWanted(pairs, this.#side(node), { wanted, wishes: this.#wishes, deltas });
    this.#lists.give(wanted);
    if (deltas.count === 0) {
      this.#lists.give(deltas);
      this.#talkingTo[node]!.delete(peer);
      return;
    }
    this.#count(0, deltas.count);
    if (fate.isLost()) {
      this.#lists.give(deltas);
      this.#endAfter(LIMITS.gossipExchangeMs, [node, peer]);
      return;
    }
    const latencyMs = fate.latencyMs();
    timeline.after(latencyMs, () => {
      this.#hear(peer, node, deltas);
    });
    // That it arrived is told as well, and that may be lost.
    const told = fate.isLost() ? LIMITS.gossipExchangeMs : latencyMs + fate.latencyMs();
    this.#endAfter(told, [node, peer]);
  }

  #hear(observer: number, from: number, deltas: HeartbeatList): void {
    const { timeline, pairs, beliefs } = this.#world;
    const row = observer * pairs.nodes;
    const nowMs = Math.round(timeline.nowMs());
    for (let i = 0; i < deltas.count; i++) {
      const other = deltas.nodes[i]!;
      if (deltas.heartbeats[i]! <= pairs.heartbeats[row + other]!) continue;
      pairs.heartbeats[row + other] = deltas.heartbeats[i]!;
      beliefs.heartbeat({ observer, other }, other === from, nowMs);
    }
    this.#lists.give(deltas);
  }

  #endAfter(delayMs: number, [node, peer]: Talk): void {
    this.#world.timeline.after(delayMs, () => {
      this.#talkingTo[node]!.delete(peer);
    });
  }

  #side(node: number): Side {
    return { node, rotation: this.#world.prng.nextU32() };
  }

  #count(digests: number, deltas: number): void {
    const bytes = messageBytes(digests, deltas);
    this.#sentBytes += bytes;
    this.#largestMessageBytes = Math.max(this.#largestMessageBytes, bytes);
  }
}

/** Who began an exchange, and with whom. */
type Talk = readonly [node: number, peer: number];
