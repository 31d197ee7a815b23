import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import { DEFAULT_NAMESPACE } from '../../node/core/metadata/namespaces.js';
import { bytesOfRing } from '../../node/core/ring/bytes-of-ring.js';
import { nodeShares } from '../../node/core/ring/node-shares.js';
import { copiesMade, ownerMovements } from '../../node/core/ring/owner-movements.js';
import { changesOwners, type OwnerPiece } from '../../node/core/ring/owner-pieces.js';
import { namespaceRing, type RingFrame } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What moves between the same nodes. */
export interface Movement {
  /** Names; empty where copies are only added. */
  readonly from: readonly string[];
  /** Names; empty where copies are only given up. */
  readonly to: readonly string[];
  readonly ranges: number;
  /** Of all keys, 0..1. */
  readonly share: number;
  /** About; undefined when it cannot be told. */
  readonly bytes: number | undefined;
}

/** What it takes to come from one ring to another. */
export interface Moves {
  /** Pieces that the ring is cut into by the tokens of both. */
  readonly ranges: number;
  readonly movingRanges: number;
  /** Of all keys, 0..1: those with other owners. */
  readonly movingShare: number;
  /** Copies that are made, over all copies that there are then, 0..1. */
  readonly copiedShare: number;
  /** About; undefined when it cannot be told. */
  readonly bytes: number | undefined;
  /** At the highest rate; those that are given data are given it at the same time. */
  readonly ms: number | undefined;
  readonly bytesPerSecond: number;
  readonly movements: readonly Movement[];
}

export interface DiffView {
  readonly frame: RingFrame;
  /** Undefined when nothing is planned. */
  readonly moves: Moves | undefined;
  /** Other namespaces with keys that change owners too. */
  readonly otherNamespaces: readonly string[];
}

/** What a plan, or what is staged, makes of who owns what. @throws KvError KV_NAMESPACE_UNKNOWN */
export function diffView(picture: RingPicture, namespace: string | undefined): DiffView {
  const ring = namespaceRing(picture, namespace);
  const { frame } = ring;
  if (frame.pending === undefined) return { frame, moves: undefined, otherNamespaces: [] };
  const names = picture.now.namespaces.map(({ name }) => name);
  return {
    frame,
    moves: movesOf(ring.pieces, {
      ...{ nameOf: ring.nameOf, bytes: bytesIn(picture, ring) },
      bytesPerSecond: picture.streamBytesPerSecond,
    }),
    otherNamespaces: names.filter(
      (name) => name !== frame.namespace && namespaceRing(picture, name).pieces.some(changesOwners),
    ),
  };
}

/** About how many bytes one copy of everything has; only the keys of `default` are told by what nodes keep. */
export function bytesIn(
  picture: RingPicture,
  { frame, pieces }: { readonly frame: RingFrame; readonly pieces: readonly OwnerPiece[] },
): number | undefined {
  if (frame.namespace !== DEFAULT_NAMESPACE.name) return undefined;
  const sharesOf = nodeShares(pieces);
  return bytesOfRing(
    picture.now.members.map(({ nodeId }) => {
      return { holds: sharesOf(nodeId).holds, loadBytes: picture.loadOf(nodeId) };
    }),
  );
}

/** What moves, in figures; `bytes` are those of one copy of everything. */
export function movesOf(
  pieces: readonly OwnerPiece[],
  {
    nameOf,
    bytes,
    bytesPerSecond,
  }: {
    readonly nameOf: (nodeId: NodeId) => string;
    readonly bytes: number | undefined;
    /** Of what one node is given. */
    readonly bytesPerSecond: number;
  },
): Moves {
  const movements = ownerMovements(pieces);
  const moving = pieces.filter(changesOwners);
  const made = copiesMade(movements);
  const copies = pieces.reduce((sum, { share, next }) => sum + share * next.length, 0);
  const most = mostGained(pieces);
  const about = (share: number): number | undefined => bytes && Math.round(share * bytes);
  return {
    ranges: pieces.length,
    movingRanges: moving.length,
    movingShare: moving.reduce((sum, { share }) => sum + share, 0),
    copiedShare: copies === 0 ? 0 : made / copies,
    bytes: about(made),
    ms: bytes && (most * bytes * 1000) / bytesPerSecond,
    bytesPerSecond,
    movements: movements.map(({ from, to, ranges, share }): Movement => {
      const names = (ids: readonly NodeId[]): readonly string[] => ids.map(nameOf).sort();
      return { from: names(from), to: names(to), ranges, share, bytes: about(share * to.length) };
    }),
  };
}

function mostGained(pieces: readonly OwnerPiece[]): number {
  const sharesOf = nodeShares(pieces);
  const nodeIds = new Set(pieces.flatMap(({ next }) => next));
  return Math.max(0, ...[...nodeIds].map((nodeId) => sharesOf(nodeId).gains));
}
