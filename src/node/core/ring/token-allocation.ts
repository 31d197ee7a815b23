import { assert } from '../../../stdx/assert.js';
import { JoinShares } from './join-shares.js';
import type { Replication } from './placement.js';
import type { Ring } from './ring.js';
import { SLOT_COUNT, SLOT_SIZE, slotOf, type Token } from './token.js';
import { type SettledSlots, TokenChain } from './token-chain.js';
import { dataCentreOf, type Place } from './topology.js';

/** A node that is to join `ring` with `count` tokens; `random` gives numbers in [0, 1). */
export interface Allocation {
  readonly ring: Ring;
  readonly newcomer: Place;
  readonly count: number;
  readonly replication: Replication;
  readonly random: () => number;
}

/** How often each token is reconsidered, given all the others. */
const PASSES = 4;
/** Places tried in each pass, over all tokens: fewer tokens each get more, for each matters more. */
const TRIALS_PER_PASS = 2048;

/**
 * Tokens for a newcomer, sorted, that leave the replicated ownership of its data centre as even as it can be made.
 *
 * The tokens are drawn at random, one in each part of the ring; then each is reconsidered a few times: among random free
 * slots it takes the one that lowers imbalance most, given all the others. Imbalance is the sum of squares of what the
 * nodes hold (so that where racks of different size force different shares, they are even inside a rack), with the primary
 * ranges at a lower weight. Starting from a draw matters: tokens chosen greedily one by one take the widest ranges first
 * and leave later newcomers a ring that they cannot even out.
 *
 * While there are no more nodes than copies, every node holds everything and there is nothing to even out. Then the
 * tokens are chosen as for one copy less than there will be nodes, so that the next newcomer finds a ring it can share fairly.
 */
export function allocateTokens(allocation: Allocation): readonly Token[] {
  const { ring, count, newcomer } = allocation;
  assert(count > 0 && ring.size + count <= SLOT_COUNT / 2, 'there are free slots for the tokens');
  const free = new FreeSlots(allocation);
  const slots = drawSlots(count, free);
  const peers = [...ring.members.keys()].filter((i) => {
    const member = ring.members[i]!;
    return member.dc === newcomer.dc && member.tokens.length > 0;
  });
  if (peers.length > 0) improve(slots, free, sharesWith(allocation, peers));
  return [...slots].sort((a, b) => a - b).map((slot) => slot * SLOT_SIZE);
}

/** The ledger of the newcomer's data centre, before it has any token there. */
function sharesWith(allocation: Allocation, peers: readonly number[]): JoinShares {
  const { ring, newcomer, count, replication } = allocation;
  const places = [...peers.map((i) => ring.members[i]!), newcomer];
  const chain = new TokenChain(settledSlots(ring, peers), peers.length, count);
  const copies = Math.max(1, Math.min(replication[newcomer.dc] ?? 0, peers.length));
  return new JoinShares(dataCentreOf(newcomer.dc, places), chain, copies);
}

function settledSlots(ring: Ring, peers: readonly number[]): SettledSlots {
  const numberOf = new Map(peers.map((member, number) => [member, number]));
  const slots: number[] = [];
  const nodes: number[] = [];
  for (let i = 0; i < ring.size; i++) {
    const node = numberOf.get(ring.ownerAt(i));
    if (node === undefined) continue;
    slots.push(slotOf(ring.tokenAt(i)));
    nodes.push(node);
  }
  return { slots: Int32Array.from(slots), nodes: Uint16Array.from(nodes) };
}

/** One free slot in each of `count` equal parts of the ring, so that no part is left out; they become taken. */
function drawSlots(count: number, free: FreeSlots): Int32Array {
  const slots = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    slots[i] = free.drawBetween((i / count) * SLOT_COUNT, ((i + 1) / count) * SLOT_COUNT);
    free.occupy(slots[i]!);
  }
  return slots;
}

/** Moves each slot to the best of some, given all the others, until a pass moves none or the passes are over. */
function improve(slots: Int32Array, free: FreeSlots, shares: JoinShares): void {
  const trials = Math.max(1, Math.ceil(TRIALS_PER_PASS / slots.length));
  for (const [token, slot] of slots.entries()) shares.put(token, slot);
  for (let pass = 0; pass < PASSES; pass++) {
    let moved = false;
    for (let token = 0; token < slots.length; token++) {
      const before = slots[token]!;
      shares.take(token);
      const best = bestSlot(token, before, { free, shares, trials });
      shares.put(token, best);
      free.release(before);
      free.occupy(best);
      slots[token] = best;
      moved ||= best !== before;
    }
    if (!moved) return;
  }
}

interface Search {
  readonly free: FreeSlots;
  readonly shares: JoinShares;
  readonly trials: number;
}

function bestSlot(token: number, current: number, { free, shares, trials }: Search): number {
  let best = current;
  let least = shares.changeWith(token, current);
  for (let trial = 0; trial < trials; trial++) {
    const slot = free.drawBetween(0, SLOT_COUNT);
    const change = shares.changeWith(token, slot);
    if (change < least) {
      least = change;
      best = slot;
    }
  }
  return best;
}

/** The slots of the whole ring in which no node, of any data centre, has a token. */
class FreeSlots {
  readonly #taken = new Uint8Array(SLOT_COUNT);
  readonly #random: () => number;

  constructor({ ring, random }: Allocation) {
    this.#random = random;
    for (let i = 0; i < ring.size; i++) this.occupy(slotOf(ring.tokenAt(i)));
  }

  occupy(slot: number): void {
    this.#taken[slot] = 1;
  }

  release(slot: number): void {
    this.#taken[slot] = 0;
  }

  /** A free slot in [start, end), or the nearest one above if the one drawn is taken. */
  drawBetween(start: number, end: number): number {
    let slot = Math.floor(start + (end - start) * this.#random()) % SLOT_COUNT;
    while (this.#taken[slot] === 1) slot = (slot + 1) % SLOT_COUNT;
    return slot;
  }
}
