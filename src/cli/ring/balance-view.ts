import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import { ringMembers } from '../../node/core/metadata/replication.js';
import { nodeShares } from '../../node/core/ring/node-shares.js';
import type { OwnerPiece } from '../../node/core/ring/owner-pieces.js';
import { imbalanceOf } from '../../node/core/ring/ownership.js';
import type { LayoutMember, RingLayout } from '../../node/core/ring/ring-layout.js';
import type { ShownState } from '../../node/core/views/node-views.js';
import { compareNames } from '../../stdx/compare-names.js';
import { becomingOf, type Becoming } from './becoming.js';
import { namespaceRing, type RingFrame } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What a node owns of all keys, 0..1, and that over the mean of the nodes that it is compared with. */
interface Owned {
  readonly vnodes: number;
  readonly primary: number;
  readonly holds: number;
  /** Undefined when it owns no ranges: it is not compared. */
  readonly overMean: number | undefined;
}

export interface BalanceNode extends Owned {
  readonly node: string;
  readonly state: ShownState;
  /** What is to become of it; undefined when it stays. */
  readonly becomes: Becoming | undefined;
  readonly dc: string;
  readonly rack: string;
  /** Bytes that it keeps; undefined when it did not say. */
  readonly loadBytes: number | undefined;
  /** Undefined when no other ring is asked about. */
  readonly next: (Owned & { readonly gains: number; readonly loses: number }) | undefined;
}

/** How even some nodes are; shares are replicated. */
export interface Evenness {
  readonly nodes: number;
  readonly mean: number;
  readonly most: number;
  readonly maxOverMean: number;
}

/** A data centre, or a rack of one when it has several: only inside a rack can shares be even. */
export interface BalanceGroup {
  readonly dc: string;
  readonly rack: string | undefined;
  readonly now: Evenness;
  readonly next: Evenness | undefined;
}

export interface Balance {
  readonly nodes: readonly BalanceNode[];
  readonly groups: readonly BalanceGroup[];
}

/** How evenly the keys of a namespace lie on the nodes, now and as it is planned. @throws KvError KV_NAMESPACE_UNKNOWN */
export function balanceView(
  picture: RingPicture,
  namespace: string | undefined,
): Balance & { readonly frame: RingFrame } {
  const { frame, pieces } = namespaceRing(picture, namespace);
  const { now, pending, stateOf, loadOf } = picture;
  const becomes: BalanceParts['becomes'] = (name) => becomingOf(pending?.changes ?? [], name);
  return {
    frame,
    ...balanceOf({ pieces, now, next: pending?.layout, stateOf, becomes, loadOf }),
  };
}

/** Two rings, and what is known of their nodes. */
export interface BalanceParts {
  readonly pieces: readonly OwnerPiece[];
  readonly now: RingLayout;
  readonly next: RingLayout | undefined;
  readonly stateOf: (nodeId: NodeId) => ShownState;
  /** By its name. */
  readonly becomes: (name: string) => Becoming | undefined;
  readonly loadOf: (nodeId: NodeId) => number | undefined;
}

/** How evenly the keys lie on the nodes, now and on the next ring. */
export function balanceOf(parts: BalanceParts): Balance {
  const { now, next } = parts;
  const members = [...now.members, ...(next?.members ?? [])].filter(
    (member, i, all) =>
      member.state !== 'removed' && all.findIndex((one) => one.nodeId === member.nodeId) === i,
  );
  const sorted = members.toSorted((a, b) => compareNames(a.name, b.name));
  const sharesOf = nodeShares(parts.pieces);
  const holdsNow = (id: NodeId): number => sharesOf(id).holds;
  const holdsNext = (id: NodeId): number => sharesOf(id).holdsNext;
  const groups = groupsOf(sorted, [sideOf(now, holdsNow), next && sideOf(next, holdsNext)]);
  const nodes = sorted.map(({ nodeId, name, dc, rack }): BalanceNode => {
    const { gains, loses, ...shares } = sharesOf(nodeId);
    const { mean, meanNext } = meansFor({ dc, rack }, groups);
    const vnodes = vnodesOf(now, nodeId);
    const vnodesNext = next === undefined ? 0 : vnodesOf(next, nodeId);
    return {
      ...{ node: name, state: parts.stateOf(nodeId), becomes: parts.becomes(name) },
      ...{ dc, rack, vnodes },
      ...{ primary: shares.primary, holds: shares.holds },
      overMean: overMean(shares.holds, vnodes === 0 ? undefined : mean),
      loadBytes: parts.loadOf(nodeId),
      next: next && {
        ...{ vnodes: vnodesNext, primary: shares.primaryNext, holds: shares.holdsNext },
        overMean: overMean(shares.holdsNext, vnodesNext === 0 ? undefined : meanNext),
        ...{ gains, loses },
      },
    };
  });
  return { nodes, groups };
}

function overMean(holds: number, mean: number | undefined): number | undefined {
  return mean === undefined || mean === 0 ? undefined : holds / mean;
}

/** The nodes of one ring, and what they hold. */
interface Side {
  readonly members: readonly LayoutMember[];
  readonly holds: (nodeId: NodeId) => number;
}

function sideOf(layout: RingLayout, holds: Side['holds']): Side {
  return { members: ringMembers(layout).filter(({ tokens }) => tokens.length > 0), holds };
}

function groupsOf(
  members: readonly LayoutMember[],
  [now, next]: readonly [Side, Side | undefined],
): readonly BalanceGroup[] {
  const group = (dc: string, rack: string | undefined): BalanceGroup => {
    const isIn = (one: LayoutMember): boolean =>
      one.dc === dc && (rack === undefined || one.rack === rack);
    return {
      ...{ dc, rack },
      now: evennessOf(now, isIn),
      next: next && evennessOf(next, isIn),
    };
  };
  return unique(members.map(({ dc }) => dc)).flatMap((dc) => {
    const racks = unique(members.filter((one) => one.dc === dc).map(({ rack }) => rack));
    return [
      group(dc, undefined),
      ...(racks.length < 2 ? [] : racks.map((rack) => group(dc, rack))),
    ];
  });
}

function evennessOf({ members, holds }: Side, isIn: (member: LayoutMember) => boolean): Evenness {
  const held = members.filter(isIn).map(({ nodeId }) => holds(nodeId));
  const sum = held.reduce((total, share) => total + share, 0);
  return {
    nodes: held.length,
    mean: held.length === 0 ? 0 : sum / held.length,
    most: Math.max(0, ...held),
    maxOverMean: held.length === 0 ? 1 : imbalanceOf(held),
  };
}

/** The mean of the rack, where there are several, else of the data centre. */
function meansFor(
  { dc, rack }: Pick<LayoutMember, 'dc' | 'rack'>,
  groups: readonly BalanceGroup[],
): { readonly mean: number | undefined; readonly meanNext: number | undefined } {
  const inDc = groups.filter((one) => one.dc === dc);
  const group = inDc.find((one) => one.rack === rack) ?? inDc[0];
  return { mean: group?.now.mean, meanNext: group?.next?.mean };
}

function vnodesOf({ members }: RingLayout, nodeId: NodeId): number {
  return members.find((one) => one.nodeId === nodeId)?.tokens.length ?? 0;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
