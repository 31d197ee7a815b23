import type { DataCentre } from './topology.js';

/** Tokens of one data centre as a circle: `owners` are node numbers in it, `next` leads clockwise. */
export interface TokenCircle {
  readonly owners: Uint16Array;
  readonly next: Int32Array;
}

/**
 * Chooses the replicas of a range in one data centre, by the rule of `placement.ts`.
 * It is a reusable cursor without allocation, for a ring has tens of thousands of ranges: `from(start)` leaves the
 * choice in the first `count` places of `nodes`, and in `entries` the tokens by which they were met.
 */
export class ReplicaWalk {
  readonly nodes: Uint16Array;
  readonly entries: Int32Array;
  count = 0;
  readonly #dc: DataCentre;
  readonly #circle: TokenCircle;
  // A thing is taken in this walk when its stamp is the walk's number: nothing has to be cleared in between.
  readonly #rackTaken: Float64Array;
  readonly #hostTaken: Float64Array;
  readonly #nodeTaken: Float64Array;
  #walk = 0;
  #racksLeft = 0;
  #hostsLeft = 0;

  constructor(dc: DataCentre, circle: TokenCircle, replicationFactor: number) {
    const replicas = Math.min(replicationFactor, dc.members.length);
    this.nodes = new Uint16Array(replicas);
    this.entries = new Int32Array(replicas);
    this.#dc = dc;
    this.#circle = circle;
    this.#rackTaken = new Float64Array(dc.rackCount);
    this.#hostTaken = new Float64Array(dc.hostCount);
    this.#nodeTaken = new Float64Array(dc.members.length);
  }

  /** Chooses the replicas of the range that ends at the entry `start`: new racks, then new hosts, then new nodes. */
  from(start: number): void {
    this.#walk += 1;
    this.count = 0;
    this.#racksLeft = this.#dc.rackCount;
    this.#hostsLeft = this.#dc.hostCount;
    this.#takeNewRacks(start);
    this.#takeNewHosts(start);
    this.#takeNewNodes(start);
  }

  /** Whether the node was chosen by the last walk. */
  chose(node: number): boolean {
    return this.#nodeTaken[node] === this.#walk;
  }

  // Each of the three goes round once at most: a node of the data centre may have no token in the circle (a newcomer in
  // the making), and then what is left is never found.

  #takeNewRacks(start: number): void {
    let entry = start;
    do {
      if (this.#isFull() || this.#racksLeft === 0) return;
      const node = this.#circle.owners[entry]!;
      if (this.#rackTaken[this.#dc.rackOf[node]!] !== this.#walk) this.#take(node, entry);
      entry = this.#circle.next[entry]!;
    } while (entry !== start);
  }

  #takeNewHosts(start: number): void {
    let entry = start;
    do {
      if (this.#isFull() || this.#hostsLeft === 0) return;
      const node = this.#circle.owners[entry]!;
      if (this.#hostTaken[this.#dc.hostOf[node]!] !== this.#walk) this.#take(node, entry);
      entry = this.#circle.next[entry]!;
    } while (entry !== start);
  }

  #takeNewNodes(start: number): void {
    let entry = start;
    do {
      if (this.#isFull()) return;
      const node = this.#circle.owners[entry]!;
      if (this.#nodeTaken[node] !== this.#walk) this.#take(node, entry);
      entry = this.#circle.next[entry]!;
    } while (entry !== start);
  }

  #isFull(): boolean {
    return this.count === this.nodes.length;
  }

  #take(node: number, entry: number): void {
    const rack = this.#dc.rackOf[node]!;
    const host = this.#dc.hostOf[node]!;
    if (this.#rackTaken[rack] !== this.#walk) this.#racksLeft -= 1;
    if (this.#hostTaken[host] !== this.#walk) this.#hostsLeft -= 1;
    this.#rackTaken[rack] = this.#walk;
    this.#hostTaken[host] = this.#walk;
    this.#nodeTaken[node] = this.#walk;
    this.nodes[this.count] = node;
    this.entries[this.count] = entry;
    this.count += 1;
  }
}
