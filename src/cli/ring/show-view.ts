import type { RingView } from '../../node/core/views/ring-views.js';
import { nodeShares } from '../../node/core/ring/node-shares.js';
import { becomingOf, type Becoming } from './becoming.js';
import { rangesView, type RangeRow } from './ranges-view.js';
import { namespaceRing, type PendingFrame } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What becomes of a node by what is planned. */
interface PlannedNode {
  readonly node: string;
  /** Undefined when it stays. */
  readonly becomes: Becoming | undefined;
  /** Of all keys, 0..1. */
  readonly primary: number;
  readonly holds: number;
}

/** What is planned of the ring, beside the ring as it is. */
export interface PlannedRingView extends PendingFrame {
  readonly nodes: readonly PlannedNode[];
  /** Every range with its old and next owners, when all ranges are asked for; empty otherwise. */
  readonly ranges: readonly RangeRow[];
}

/** What is planned of a ring that a node has told; undefined when nothing is. */
export function plannedRing(
  picture: RingPicture,
  { nodes, ranges }: Pick<RingView, 'nodes' | 'ranges'>,
): PlannedRingView | undefined {
  const { frame, pieces } = namespaceRing(picture);
  const { pending } = frame;
  if (pending === undefined) return undefined;
  const sharesOf = nodeShares(pieces);
  const present = picture.now.members.filter(({ state }) => state !== 'removed');
  const everything = { node: undefined, namespace: undefined, moving: false };
  return {
    ...pending,
    nodes: nodes.flatMap(({ name }) => {
      const member = present.find((one) => one.name === name);
      if (member === undefined) return [];
      const { primaryNext, holdsNext } = sharesOf(member.nodeId);
      const becomes = becomingOf(pending.changes, name);
      return { node: name, becomes, primary: primaryNext, holds: holdsNext };
    }),
    ranges: ranges.length === 0 ? [] : rangesView(picture, everything).ranges,
  };
}
