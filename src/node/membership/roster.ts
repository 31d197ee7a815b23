import { parseAddresses } from '../core/membership/address-fact.js';
import { isTombstone, isTombstoneSpent, tombstoneOf } from '../core/membership/departed.js';
import { factOf } from '../core/membership/endpoint-state.js';
import type { EndpointTable } from '../core/membership/endpoint-table.js';
import { FACT } from '../core/membership/fact-names.js';
import type { ClusterMetadata, Member, NodeId } from '../core/metadata/cluster-metadata.js';
import type { Clock } from '../env/clock.js';
import type { PeerLinks } from './peer-links.js';

export interface RosterOptions {
  readonly table: EndpointTable;
  readonly links: PeerLinks;
  readonly clock: Clock;
}

/**
 * Who belongs to the cluster, as the metadata names them, and where they are, as they last said themselves.
 * Only they have a place in the gossip table, and the removed ones for a while a tombstone there.
 */
export class Roster {
  readonly #options: RosterOptions;
  readonly #spent = new Set<NodeId>();
  #metadata: ClusterMetadata | undefined;
  #members: ReadonlyMap<NodeId, Member> = new Map();

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Newest epoch taken over; zero before the first. */
  epoch(): number {
    return this.#metadata?.epoch ?? 0;
  }

  member(nodeId: NodeId): Member | undefined {
    return this.#members.get(nodeId);
  }

  nameOf(nodeId: NodeId): string {
    return this.#members.get(nodeId)?.name ?? nodeId;
  }

  /** Every other node of the cluster. */
  others(): ReadonlySet<NodeId> {
    const { table } = this.#options;
    const ids = new Set<NodeId>();
    for (const { nodeId, state } of this.#members.values()) {
      if (nodeId !== table.selfId && state !== 'removed' && !this.isDeparted(nodeId))
        ids.add(nodeId);
    }
    return ids;
  }

  /** Well-known nodes, for the round in which nobody else is known to live. */
  seeds(): readonly NodeId[] {
    const others = this.others();
    return (this.#metadata?.voters ?? []).filter((id) => others.has(id));
  }

  /** True when gossip says that the node was removed, perhaps before the metadata here does. */
  isDeparted(nodeId: NodeId): boolean {
    const state = this.#options.table.get(nodeId);
    return state !== undefined && isTombstone(state);
  }

  /** Takes over a newer epoch; false when it is none. */
  update(metadata: ClusterMetadata, round: number): boolean {
    if (metadata.epoch <= this.epoch()) return false;
    this.#metadata = metadata;
    this.#members = new Map(metadata.members.map((member) => [member.nodeId, member]));
    this.#admit();
    this.#buryRemoved(round);
    const others = this.others();
    this.#options.links.keepOnly(others);
    for (const id of others) this.refreshAddress(id);
    return true;
  }

  /** Where a node is: as it gossips itself, or else as the metadata has it. A removed node is nowhere. */
  refreshAddress(nodeId: NodeId): void {
    const { table, links } = this.#options;
    const member = this.#members.get(nodeId);
    if (member === undefined || member.state === 'removed' || this.isDeparted(nodeId)) {
      links.drop(nodeId);
      return;
    }
    const state = table.get(nodeId);
    const fact = state === undefined ? undefined : factOf(state, FACT.address);
    const stated = fact === undefined ? undefined : parseAddresses(fact);
    const { host, peerPort } = stated ?? member.addresses;
    links.setAddress(nodeId, { host, port: peerPort });
  }

  /** Forgets the tombstones that have been gossiped for long enough. */
  dropSpentTombstones(): void {
    const { table, clock } = this.#options;
    const wallMs = clock.wallMs();
    const spent = table
      .states()
      .filter((state) => isTombstone(state) && isTombstoneSpent(state, wallMs));
    if (spent.length === 0) return;
    for (const { nodeId } of spent) this.#spent.add(nodeId);
    this.#admit();
  }

  #admit(): void {
    const ids = [...this.#members.keys()].filter((id) => !this.#spent.has(id));
    this.#options.table.admitOnly(new Set(ids));
  }

  #buryRemoved(round: number): void {
    const { table, clock } = this.#options;
    for (const { nodeId, state } of this.#members.values()) {
      if (state !== 'removed' || !table.admits(nodeId) || nodeId === table.selfId) continue;
      if (this.isDeparted(nodeId)) continue;
      table.merge(tombstoneOf(nodeId, { epoch: this.epoch(), wallMs: clock.wallMs() }), round);
    }
  }
}
