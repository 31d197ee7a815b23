import { assert } from '../../stdx/assert.js';
import type { ClusterMetadata, NodeId } from '../core/metadata/cluster-metadata.js';
import { describePlanned } from '../core/topology/describe-plan.js';
import type { PlannedChange } from '../core/topology/topology-plan.js';
import type { NodeReport } from '../core/views/node-views.js';
import type { PlannedChangeView, PlanView } from '../core/views/topology-views.js';
import type { LivenessService } from '../services.js';
import { leadOf } from './lead.js';

/** What is known of the nodes where a plan is shown. */
export interface PlanWitness extends Pick<LivenessService, 'stateOf'> {
  readonly reportOf: (nodeId: NodeId) => NodeReport | undefined;
}

/** What is staged, and the plan that runs, in the words of people. */
export function plannedViews(
  state: ClusterMetadata,
  witness: PlanWitness,
): { readonly staged: readonly PlannedChangeView[]; readonly plan: PlanView | undefined } {
  const { plan, staged = [] } = state;
  const viewsOf = (changes: readonly PlannedChange[]): readonly PlannedChangeView[] =>
    changes.map((change) => changeView(state, change));
  const lead = leadOf(state, witness);
  const told = lead === undefined ? undefined : witness.reportOf(lead)?.planWaitsFor;
  return {
    staged: viewsOf(staged),
    plan: plan && {
      id: plan.id,
      step: plan.step,
      paused: plan.paused,
      changes: viewsOf(plan.changes),
      waitsFor: told ?? '',
      driver: state.members.find(({ nodeId }) => nodeId === lead)?.name ?? '',
    },
  };
}

function changeView(state: ClusterMetadata, change: PlannedChange): PlannedChangeView {
  const nameOf = (nodeId: NodeId): string => {
    const member = state.members.find((one) => one.nodeId === nodeId);
    assert(member !== undefined, 'what changes is a member');
    return member.name;
  };
  const nothing = { node: '', replaces: '', namespace: '', replication: {} };
  const text = describePlanned(state, change);
  if (change.kind === 'replication') {
    const namespace = state.namespaces.find(({ id }) => id === change.namespace)?.name ?? '';
    return { ...nothing, kind: 'replication', namespace, replication: change.replication, text };
  }
  const node = nameOf(change.nodeId);
  if (change.kind === 'leave')
    return { ...nothing, kind: change.isDead ? 'remove' : 'leave', node, text };
  const replaces = change.replaces === undefined ? '' : nameOf(change.replaces);
  return { ...nothing, kind: replaces === '' ? 'join' : 'replace', node, replaces, text };
}
