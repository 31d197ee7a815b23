import { compareNames } from '../../stdx/compare-names.js';
import type { Member, NodeId } from '../core/metadata/cluster-metadata.js';
import {
  shownStateOf,
  type LivenessState,
  type ShownState,
  type SightingView,
} from '../core/views/node-views.js';
import type { ClusterView, LivenessService } from '../services.js';
import type { Answers } from './survey.js';

/** All that the views of one moment are made from, so that they agree with each other. */
export interface ViewContext {
  readonly view: ClusterView;
  readonly ownId: NodeId;
  readonly answers: Answers;
  readonly atMs: number;
  readonly round: number;
  readonly stateOf: (nodeId: NodeId) => LivenessState;
  readonly sightingOf: (nodeId: NodeId) => SightingView | undefined;
}

/** Binds the services to one moment. */
export function viewContext(
  parts: Pick<ViewContext, 'view' | 'ownId' | 'answers' | 'atMs'>,
  liveness: LivenessService,
): ViewContext {
  return {
    ...parts,
    round: liveness.round(),
    stateOf: (id) => (id === parts.ownId ? 'up' : liveness.stateOf(id)),
    sightingOf: (id) => liveness.sightingOf(id),
  };
}

/** Members that are part of the cluster, in the order of their names. */
export function presentMembers(context: ViewContext): readonly Member[] {
  return context.view.metadata.members
    .filter((member) => member.state !== 'removed')
    .sort((a, b) => compareNames(a.name, b.name));
}

export function nameOf(context: ViewContext, nodeId: NodeId): string {
  return context.view.metadata.members.find((member) => member.nodeId === nodeId)?.name ?? nodeId;
}

export function shownState(member: Member, liveness: LivenessState): ShownState {
  return shownStateOf(member.state, liveness);
}

/** True when a copy on this node counts: it is not down, and has not said that it stopped serving. */
export function isServing(context: ViewContext, nodeId: NodeId): boolean {
  if (context.stateOf(nodeId) === 'down') return false;
  return context.answers.get(nodeId)?.report?.ready !== false;
}

/** How many of those that answered have the ring and epoch of this node, and how many answered. */
export function agreement(context: ViewContext): { agreed: number; asked: number } {
  const reports = [...context.answers.values()].flatMap((answer) => answer.report ?? []);
  const { ring, metadata } = context.view;
  const agreed = reports.filter(
    (report) => report.ringHash === ring.hash && report.epoch === metadata.epoch,
  );
  return { agreed: agreed.length, asked: reports.length };
}
