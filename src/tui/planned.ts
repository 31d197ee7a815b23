import type { StatusView } from '../node/core/views/status-views.js';
import type { PlanNodeView, TopologyView } from '../node/core/views/topology-views.js';
import { shownFacts, type State } from './state.js';

/** What a node is to become: it gets ranges as a new owner, or gives all of its own away. */
export type Planned = 'joins' | 'leaves';

/** What the plan that runs, or what is staged, makes of each node that it names. */
export function plannedNodes({ plan, staged }: StatusView): ReadonlyMap<string, Planned> {
  const planned = new Map<string, Planned>();
  for (const { kind, node, replaces } of [...(plan?.changes ?? []), ...staged]) {
    if (kind === 'replication' || kind === 'rebalance') continue;
    planned.set(node, kind === 'join' || kind === 'replace' ? 'joins' : 'leaves');
    if (kind === 'replace') planned.set(replaces, 'leaves');
  }
  return planned;
}

/** True while a plan changes the ring, or waits to. */
export function isChanging({ plan, staged }: StatusView): boolean {
  return plan !== undefined || staged.length > 0;
}

/** What moves, if that was asked for and is about what runs or is staged now. */
export function topologyOf(state: State): TopologyView | undefined {
  const { tick, jobs } = shownFacts(state);
  const { topology } = jobs;
  if (tick === undefined || topology === undefined) return undefined;
  const { plan, staged } = tick.status;
  if (topology.plan?.id !== plan?.id) return undefined;
  // Of a plan nothing else counts.
  const isSame = plan !== undefined || textsOf(topology.staged) === textsOf(staged);
  return isSame ? topology : undefined;
}

function textsOf(changes: StatusView['staged']): string {
  return changes.map(({ text }) => text).join();
}

/** What each node has to do with what changes the ring, by its name; empty until that is known. */
export function planNodes(state: State): ReadonlyMap<string, PlanNodeView> {
  const nodes = topologyOf(state)?.preview?.nodes ?? [];
  return new Map(nodes.map((node) => [node.node, node]));
}
