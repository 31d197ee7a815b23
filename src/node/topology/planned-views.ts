import { assert } from '../../stdx/assert.js';
import { LIMITS } from '../core/limits.js';
import type { ClusterMetadata, NodeId } from '../core/metadata/cluster-metadata.js';
import { describePlanned } from '../core/topology/describe-plan.js';
import type { PlannedChange } from '../core/topology/topology-plan.js';
import type { NodeReport } from '../core/views/node-views.js';
import type { PlannedChangeView, TopologyView } from '../core/views/topology-views.js';
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
): Pick<TopologyView, 'staged' | 'plan' | 'streamBytesPerSecond'> {
  const { plan, staged = [] } = state;
  const viewsOf = (changes: readonly PlannedChange[]): readonly PlannedChangeView[] =>
    changes.map((change) => changeView(state, change));
  const lead = leadOf(state, witness);
  const told = lead === undefined ? undefined : witness.reportOf(lead);
  const nameOf = (nodeId: NodeId | undefined): string =>
    state.members.find((member) => member.nodeId === nodeId)?.name ?? '';
  return {
    staged: viewsOf(staged),
    streamBytesPerSecond: streamRateOf(state),
    plan: plan && {
      id: plan.id,
      step: plan.step,
      paused: plan.paused,
      pausedFor: nameOf(plan.pausedFor),
      changes: viewsOf(plan.changes),
      waitsFor: told?.planWaitsFor ?? '',
      driver: nameOf(lead),
      stalledMs: told?.planStalledMs ?? 0,
    },
  };
}

/** So fast is a node that gains ranges given records, at most, in bytes per second. */
export function streamRateOf({
  streamBytesPerSecond,
}: Pick<ClusterMetadata, 'streamBytesPerSecond'>): number {
  return streamBytesPerSecond ?? LIMITS.planBytesPerSecond;
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
  if (change.kind === 'rebalance') return { ...nothing, kind: 'rebalance', text };
  const node = nameOf(change.nodeId);
  if (change.kind === 'leave')
    return { ...nothing, kind: change.isDead ? 'remove' : 'leave', node, text };
  const replaces = change.replaces === undefined ? '' : nameOf(change.replaces);
  return { ...nothing, kind: replaces === '' ? 'join' : 'replace', node, replaces, text };
}
