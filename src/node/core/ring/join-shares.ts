import { ReplicaWalk } from './replica-walk.js';
import type { TokenChain } from './token-chain.js';
import type { DataCentre } from './topology.js';

/**
 * How much evenness of primary ranges counts beside evenness of replicated ones. A quarter brings the primary ranges of
 * 100 nodes from 1.18 to 1.04 of their mean, and costs the replicated ones nothing that could be measured.
 */
const PRIMARY_WEIGHT = 0.25;

/**
 * What each node of a data centre holds, in slots, while the tokens of a newcomer are tried.
 *
 * A token changes the replicas of few ranges: its own, and those before it whose walk still meets it. Each of them gains
 * the newcomer and loses one node. So the effect of a token is found by going back from it until a walk stops short,
 * in time that does not depend on the size of the ring.
 */
export class JoinShares {
  readonly #chain: TokenChain;
  readonly #walk: ReplicaWalk;
  readonly #newcomer: number;
  readonly #held: Float64Array;
  readonly #primary: Float64Array;
  /** Change of what each node holds; not zero for the nodes in `#touched` only. */
  readonly #change: Float64Array;
  readonly #touched: Uint16Array;
  #touchedCount = 0;
  /** The number of the examined range of which the node was last found a replica. */
  readonly #seenIn: Float64Array;
  #examined = 0;

  /** `dc` counts the newcomer, as its last node. */
  constructor(dc: DataCentre, chain: TokenChain, replicationFactor: number) {
    const count = dc.members.length;
    this.#chain = chain;
    this.#walk = new ReplicaWalk(dc, chain, replicationFactor);
    this.#newcomer = count - 1;
    this.#held = new Float64Array(count);
    this.#primary = new Float64Array(count);
    this.#change = new Float64Array(count);
    this.#touched = new Uint16Array(count);
    this.#seenIn = new Float64Array(count);
    this.#countSettled();
  }

  /** By how much imbalance (a weighted sum of squares of what nodes hold) would change with a token at a free slot. */
  changeWith(token: number, slot: number): number {
    const entry = this.#chain.settled + token;
    this.#chain.put(entry, slot);
    const change = this.#measure(entry);
    this.#forgetChange();
    this.#chain.take(entry);
    return change;
  }

  /** Puts the newcomer's token of this number, counted from 0, at a free slot. */
  put(token: number, slot: number): void {
    const entry = this.#chain.settled + token;
    this.#chain.put(entry, slot);
    this.#measure(entry);
    this.#apply(entry, 1);
  }

  /** Takes the token of this number away again. */
  take(token: number): void {
    const entry = this.#chain.settled + token;
    this.#measure(entry);
    this.#apply(entry, -1);
    this.#chain.take(entry);
  }

  #countSettled(): void {
    for (let entry = 0; entry < this.#chain.settled; entry++) {
      const length = this.#chain.lengthOf(entry);
      this.#walk.from(entry);
      for (let i = 0; i < this.#walk.count; i++) this.#held[this.#walk.nodes[i]!]! += length;
      this.#primary[this.#chain.owners[entry]!]! += length;
    }
  }

  /** Leaves in `#change` what the entry, which is in the chain, does; returns what that does to imbalance. */
  #measure(entry: number): number {
    let range = entry;
    do {
      if (!this.#measureRange(range, entry)) break;
      range = this.#chain.previous(range);
    } while (range !== entry);
    let imbalance = this.#primaryChange(entry);
    for (let i = 0; i < this.#touchedCount; i++) {
      const node = this.#touched[i]!;
      imbalance += growthOfSquare(this.#held[node]!, this.#change[node]!);
    }
    return imbalance;
  }

  /** Adds what the entry does to one range; false if the range does not meet the entry at all. */
  #measureRange(range: number, entry: number): boolean {
    if (!this.#meets(range, entry)) return false;
    const length = this.#chain.lengthOf(range);
    this.#chain.take(entry);
    this.#walk.from(range === entry ? this.#chain.next[entry]! : range);
    this.#chain.putBack(entry);
    // By another token the newcomer holds the range already; then nothing changes, as placement is monotone.
    if (this.#walk.chose(this.#newcomer)) return true;
    this.#add(this.#newcomer, length);
    for (let i = 0; i < this.#walk.count; i++) {
      const node = this.#walk.nodes[i]!;
      if (this.#seenIn[node] !== this.#examined) this.#add(node, -length);
    }
    return true;
  }

  /** Whether the replicas of a range include the newcomer because of this entry; marks them in `#seenIn`. */
  #meets(range: number, entry: number): boolean {
    this.#walk.from(range);
    this.#examined += 1;
    let met = false;
    for (let i = 0; i < this.#walk.count; i++) {
      this.#seenIn[this.#walk.nodes[i]!] = this.#examined;
      met ||= this.#walk.entries[i] === entry;
    }
    return met;
  }

  #add(node: number, slots: number): void {
    if (this.#change[node] === 0) this.#touched[this.#touchedCount++] = node;
    this.#change[node]! += slots;
  }

  /** The entry takes its own range from the next node, as far as primaries go. */
  #primaryChange(entry: number): number {
    const loser = this.#chain.owners[this.#chain.next[entry]!]!;
    if (loser === this.#newcomer) return 0;
    const length = this.#chain.lengthOf(entry);
    const gained = growthOfSquare(this.#primary[this.#newcomer]!, length);
    return PRIMARY_WEIGHT * (gained + growthOfSquare(this.#primary[loser]!, -length));
  }

  #apply(entry: number, sign: 1 | -1): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      const node = this.#touched[i]!;
      this.#held[node]! += sign * this.#change[node]!;
    }
    const loser = this.#chain.owners[this.#chain.next[entry]!]!;
    const length = sign * this.#chain.lengthOf(entry);
    this.#primary[this.#newcomer]! += length;
    this.#primary[loser]! -= length;
    this.#forgetChange();
  }

  #forgetChange(): void {
    for (let i = 0; i < this.#touchedCount; i++) this.#change[this.#touched[i]!] = 0;
    this.#touchedCount = 0;
  }
}

/** (value + change)^2 - value^2, without the cancellation. */
function growthOfSquare(value: number, change: number): number {
  return (2 * value + change) * change;
}
