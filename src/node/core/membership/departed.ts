import { LIMITS } from '../limits.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import { factOf, type EndpointState } from './endpoint-state.js';
import { FACT } from './fact-names.js';

/** A boot that no node reaches: since the higher boot wins whole, a tombstone beats whatever is still said of the node. */
const DEPARTED_BOOT = 0xffff_ffff;

/** The tombstone of a removed node, as it is gossiped; `epoch` is the one that removed it, `wallMs` when that was learnt. */
export function tombstoneOf(
  nodeId: NodeId,
  { epoch, wallMs }: { readonly epoch: number; readonly wallMs: number },
): EndpointState {
  return {
    nodeId,
    boot: DEPARTED_BOOT,
    nonce: '',
    heartbeat: 0,
    facts: [
      { name: FACT.departed, value: String(wallMs), version: 1 },
      { name: FACT.epoch, value: String(epoch), version: 2 },
    ],
  };
}

/** True when the state says that the node was removed from the cluster. */
export function isTombstone(state: Pick<EndpointState, 'boot'>): boolean {
  return state.boot === DEPARTED_BOOT;
}

/** True when a tombstone has been gossiped long enough that every node has heard of it or of the epoch. */
export function isTombstoneSpent(tombstone: EndpointState, wallMs: number): boolean {
  const departedMs = Number(factOf(tombstone, FACT.departed));
  // One that is garbled or from the future is not kept for ever either.
  return !(Math.abs(wallMs - departedMs) <= LIMITS.departedGossipMs);
}
