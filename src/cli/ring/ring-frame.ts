import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import { namespaceNamed } from '../../node/core/metadata/namespaces.js';
import { effectiveReplication } from '../../node/core/metadata/replication.js';
import { ownerPieces, type OwnerPiece } from '../../node/core/ring/owner-pieces.js';
import {
  type LayoutNamespace,
  placedRing,
  ringOf,
  type RingLayout,
} from '../../node/core/ring/ring-layout.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import type { PlannedChangeView, PlanView } from '../../node/core/views/topology-views.js';
import type { RingPicture } from './ring-picture.js';

/** Copies of each key in each data centre. */
export type Copies = Readonly<Record<string, number>>;

/** What is staged or runs, as it is told beside every answer about the ring. */
export interface PendingFrame {
  /** Of the plan that runs; undefined while it is only staged. */
  readonly job: string | undefined;
  readonly step: PlanView['step'] | undefined;
  readonly paused: boolean;
  readonly changes: readonly PlannedChangeView[];
  /** Of the ring once it is done. */
  readonly hash: string;
  readonly vnodes: number;
  readonly copies: Copies;
}

/** Which ring it is, and of what keys. */
export interface RingFrame {
  readonly viewedFrom: string;
  readonly epoch: number;
  readonly hash: string;
  readonly nodes: number;
  readonly vnodes: number;
  readonly namespace: string;
  readonly copies: Copies;
  readonly pending: PendingFrame | undefined;
}

/** The ring of one namespace, now and once what is planned is done. */
export interface NamespaceRing {
  readonly frame: RingFrame;
  readonly pieces: readonly OwnerPiece[];
  readonly nameOf: (nodeId: NodeId) => string;
}

/** @throws KvError KV_NAMESPACE_UNKNOWN */
export function namespaceRing(picture: RingPicture, name = 'default'): NamespaceRing {
  const { now, pending } = picture;
  const namespace = namespaceNamed(now.namespaces, name);
  return {
    frame: { ...frameOf(picture, namespace), pending: pendingFrame(picture, namespace) },
    pieces: ownerPieces(
      placedRing(now, namespace),
      pending && placedRing(pending.layout, namespaceIn(pending.layout, namespace)),
    ),
    nameOf: nameIn(now),
  };
}

/** How the members are called; a node that nobody knows by its id. */
export function nameIn({ members }: Pick<RingLayout, 'members'>): (nodeId: NodeId) => string {
  const names = new Map(members.map(({ nodeId, name }) => [nodeId, name]));
  return (nodeId) => names.get(nodeId) ?? nodeId;
}

/** A namespace as another layout has it: its replication may be another one. */
export function namespaceIn(
  { namespaces }: Pick<RingLayout, 'namespaces'>,
  namespace: LayoutNamespace,
): LayoutNamespace {
  return namespaces.find(({ id }) => id === namespace.id) ?? namespace;
}

function frameOf(
  { viewedFrom, epoch, now }: RingPicture,
  namespace: LayoutNamespace,
): Omit<RingFrame, 'pending'> {
  const ring = ringOf(now);
  return {
    ...{ viewedFrom, epoch },
    ...{ hash: ring.hash, nodes: ring.members.length, vnodes: ring.size },
    namespace: namespace.name,
    copies: effectiveReplication(now, namespace),
  };
}

function pendingFrame(
  { pending }: RingPicture,
  namespace: LayoutNamespace,
): PendingFrame | undefined {
  if (pending === undefined) return undefined;
  const { plan, changes, layout } = pending;
  const { hash, size } = ringOf(layout);
  return {
    job: plan && jobOf(plan),
    step: plan?.step,
    paused: plan?.paused === true,
    changes,
    ...{ hash, vnodes: size },
    copies: effectiveReplication(layout, namespaceIn(layout, namespace)),
  };
}
