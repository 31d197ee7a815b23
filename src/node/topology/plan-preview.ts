import { leafRunsOf, leavesIn } from '../core/grid/leaf-runs.js';
import type { Namespace, NodeId } from '../core/metadata/cluster-metadata.js';
import { DEFAULT_NAMESPACE } from '../core/metadata/namespaces.js';
import { bytesOfRing } from '../core/ring/bytes-of-ring.js';
import { SLOT_COUNT } from '../core/ring/token.js';
import { cutsOf } from '../core/topology/owner-ranges.js';
import type { LivenessState, NodeReport } from '../core/views/node-views.js';
import type { PlanNodeView, PlanPreview } from '../core/views/topology-views.js';
import type { ClusterView } from '../services.js';
import { streamRateOf } from './planned-views.js';

/** A piece of the ring, and who holds it before and after. */
export interface MovedPiece {
  readonly namespace: Namespace;
  /** Of the ring, 0..1. */
  readonly share: number;
  readonly old: readonly NodeId[];
  readonly next: readonly NodeId[];
}

/** What a plan makes of each piece of the ring, for every namespace; the view has a plan, prepared at least. */
export function piecesOf(view: ClusterView): readonly MovedPiece[] {
  const { planned } = view;
  if (planned === undefined) return [];
  const cuts = cutsOf(view);
  return view.metadata.namespaces.flatMap((namespace) => {
    const now = view.placementOf(namespace);
    const next = planned.placementOf(namespace);
    return cuts.map(([start, end]) => ({
      namespace,
      share: leavesIn(leafRunsOf(start, end)) / SLOT_COUNT,
      old: now.replicaSetOf(start),
      next: next.replicaSetOf(start),
    }));
  });
}

/** Whether a piece has other owners after the plan. */
export function moves({ old, next }: MovedPiece): boolean {
  return old.length !== next.length || next.some((nodeId) => !old.includes(nodeId));
}

/** What is known of the nodes. */
export interface PlanKnowledge {
  readonly reports: ReadonlyMap<NodeId, NodeReport>;
  readonly stateOf: (nodeId: NodeId) => LivenessState;
}

/** What the plan of a view moves, in figures; the checks are another matter. */
export function previewOf(
  view: ClusterView,
  { reports, stateOf }: PlanKnowledge,
): Omit<PlanPreview, 'checks'> {
  const pieces = piecesOf(view);
  const own = pieces.filter(({ namespace }) => namespace.id === DEFAULT_NAMESPACE.id);
  const kept = [...reports].map(([nodeId, { loadBytes }]) => ({
    holds: shareOf(own, ({ old }) => old.includes(nodeId)),
    loadBytes,
  }));
  const density = bytesOfRing(kept) ?? 0;
  const nodes = view.metadata.members
    .filter(({ state }) => state !== 'removed')
    .map(({ nodeId, name, state }): PlanNodeView => {
      const gains = shareOf(own, ({ old, next }) => next.includes(nodeId) && !old.includes(nodeId));
      const report = reports.get(nodeId);
      return {
        node: name,
        membership: state,
        liveness: stateOf(nodeId),
        holds: shareOf(own, ({ old }) => old.includes(nodeId)),
        holdsAfter: shareOf(own, ({ next }) => next.includes(nodeId)),
        gains,
        gainsBytes: Math.round(gains * density),
        loadBytes: report?.loadBytes,
        diskFreeBytes: report?.diskFreeBytes,
        report: report?.planReport,
      };
    });
  const movedBytes = nodes.reduce((sum, { gainsBytes }) => sum + gainsBytes, 0);
  const most = nodes.reduce((bytes, { gainsBytes }) => Math.max(bytes, gainsBytes), 0);
  return {
    ranges: pieces.length,
    movingRanges: pieces.filter(moves).length,
    movedBytes,
    // Those that gain ranges are given them at the same time.
    movedMs: (most * 1000) / streamRateOf(view.metadata),
    nodes,
  };
}

function shareOf(pieces: readonly MovedPiece[], has: (piece: MovedPiece) => boolean): number {
  return pieces.reduce((sum, piece) => (has(piece) ? sum + piece.share : sum), 0);
}
