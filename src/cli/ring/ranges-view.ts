import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import { unknownNode } from '../../node/core/metadata/unknown-node.js';
import {
  changesOwners,
  gainersOf,
  losersOf,
  type OwnerPiece,
} from '../../node/core/ring/owner-pieces.js';
import { namespaceRing, type RingFrame } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What a node is to a range. */
export type RangeKind = 'primary' | 'replica' | 'none';

/** A range, or the part of one that keeps together in what is planned. */
export interface RangeRow {
  readonly start: number;
  /** Exclusive; less than or equal to `start` when the range wraps. */
  readonly end: number;
  /** Of all keys, 0..1. */
  readonly share: number;
  /** Names, in preference order: the first one is the primary. */
  readonly replicas: readonly string[];
  /** Of the node that was asked about. */
  readonly kind: RangeKind | undefined;
  /** What becomes of it; undefined while nothing is planned. */
  readonly next:
    | {
        readonly replicas: readonly string[];
        readonly kind: RangeKind | undefined;
        readonly gained: readonly string[];
        readonly lost: readonly string[];
      }
    | undefined;
}

/** How many ranges a node is the primary or a replica of, and what share of the keys they have. */
export interface HeldRanges {
  readonly primary: number;
  readonly replica: number;
  readonly primaryShare: number;
  readonly share: number;
}

export interface RangesView {
  readonly frame: RingFrame;
  /** The node that was asked about; undefined for all. */
  readonly node: string | undefined;
  readonly held: HeldRanges | undefined;
  readonly heldNext: HeldRanges | undefined;
  /** Of all ranges of the ring. */
  readonly total: number;
  /** Ranges that change owners, of all of the ring. */
  readonly moving: number;
  readonly ranges: readonly RangeRow[];
}

/** Which ranges are wanted. */
export interface RangesQuery {
  readonly node: string | undefined;
  readonly namespace: string | undefined;
  /** Only those that change owners. */
  readonly moving: boolean;
}

/** The ranges of a node, or all, with who holds them now and next. @throws KvError KV_USAGE for an unknown node, KV_NAMESPACE_UNKNOWN */
export function rangesView(picture: RingPicture, query: RangesQuery): RangesView {
  const { frame, pieces, nameOf } = namespaceRing(picture, query.namespace);
  const nodeId = query.node === undefined ? undefined : presentId(picture, query.node);
  const isWanted = (piece: OwnerPiece): boolean =>
    (nodeId === undefined || piece.now.includes(nodeId) || piece.next.includes(nodeId)) &&
    (!query.moving || changesOwners(piece));
  const isPending = frame.pending !== undefined;
  return {
    frame,
    node: nodeId === undefined ? undefined : nameOf(nodeId),
    held: nodeId === undefined ? undefined : heldBy(nodeId, pieces, ({ now }) => now),
    heldNext:
      nodeId === undefined || !isPending ? undefined : heldBy(nodeId, pieces, ({ next }) => next),
    total: pieces.length,
    moving: pieces.filter(changesOwners).length,
    ranges: pieces.filter(isWanted).map((piece): RangeRow => {
      const names = (ids: readonly NodeId[]): readonly string[] => ids.map(nameOf);
      const { start, end, share, now, next } = piece;
      return {
        ...{ start, end, share },
        replicas: names(now),
        kind: nodeId === undefined ? undefined : kindOf(nodeId, now),
        next: isPending
          ? {
              replicas: names(next),
              kind: nodeId === undefined ? undefined : kindOf(nodeId, next),
              gained: names(gainersOf(piece)),
              lost: names(losersOf(piece)),
            }
          : undefined,
      };
    }),
  };
}

/** The id of a member by its name or id. @throws KvError KV_USAGE */
export function presentId({ now }: Pick<RingPicture, 'now'>, name: string): NodeId {
  const present = now.members.filter(({ state }) => state !== 'removed');
  const found = present.find((one) => one.name === name || one.nodeId === name);
  if (found !== undefined) return found.nodeId;
  throw unknownNode(
    name,
    present.map((one) => one.name),
  );
}

function kindOf(nodeId: NodeId, owners: readonly NodeId[]): RangeKind {
  if (owners[0] === nodeId) return 'primary';
  return owners.includes(nodeId) ? 'replica' : 'none';
}

function heldBy(
  nodeId: NodeId,
  pieces: readonly OwnerPiece[],
  ownersOf: (piece: OwnerPiece) => readonly NodeId[],
): HeldRanges {
  const of = (kind: RangeKind): readonly OwnerPiece[] =>
    pieces.filter((piece) => kindOf(nodeId, ownersOf(piece)) === kind);
  const shareOf = (some: readonly OwnerPiece[]): number =>
    some.reduce((sum, { share }) => sum + share, 0);
  const [primary, replica] = [of('primary'), of('replica')];
  return {
    ...{ primary: primary.length, replica: replica.length },
    primaryShare: shareOf(primary),
    share: shareOf(primary) + shareOf(replica),
  };
}
