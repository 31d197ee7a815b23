import { imbalanceWithinRacks, ownershipOf } from '../../node/core/ring/ownership.js';
import { rebalanceMoves } from '../../node/core/ring/rebalance.js';
import { ringOf } from '../../node/core/ring/ring-layout.js';
import { nameIn } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What it takes to make a ring even. */
export interface Rebalance {
  /** Tokens, and the names of the nodes that are to own them. */
  readonly moves: readonly { readonly token: number; readonly to: string }[];
  /** What the most loaded node holds now, over the mean of its rack. */
  readonly imbalance: number;
}

/** Vnodes to hand on, so that no node holds more than `target` times the mean of its rack; by the default replication. */
export function rebalanceOf({ now }: Pick<RingPicture, 'now'>, target: number): Rebalance {
  const ring = ringOf(now);
  const nameOf = nameIn(now);
  const dcs = [...new Set(ring.members.map(({ dc }) => dc))];
  const { defaultReplicationFactor } = now.settings;
  const replication = Object.fromEntries(dcs.map((dc) => [dc, defaultReplicationFactor]));
  return {
    moves: rebalanceMoves(ring, { replication, target }).map(({ token, to }) => {
      return { token, to: nameOf(to) };
    }),
    imbalance: imbalanceWithinRacks(ownershipOf(ring, replication)),
  };
}
