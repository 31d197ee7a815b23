import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { TopologyView } from '../node/core/views/topology-views.js';

/** The repairs that one node drives, as it said last. */
export interface NodeRepairs {
  readonly jobs: readonly RepairJobView[];
  /** Why it did not answer when it was asked last, or empty. */
  readonly problem: string;
}

/** What is asked for beside the ticks while it is looked at. */
export interface JobFacts {
  /** How the ring changes, with what each node has to do with it; undefined until it was asked for. */
  readonly topology: TopologyView | undefined;
  /** By the name of the node. */
  readonly repairs: ReadonlyMap<string, NodeRepairs>;
}

export const NO_JOBS: JobFacts = { topology: undefined, repairs: new Map() };

/** What a node said of its repairs, or why it did not. */
export interface RepairsAnswer {
  readonly node: string;
  readonly jobs: readonly RepairJobView[] | undefined;
  readonly problem: string;
}

/** The repairs with these answers; a node that did not answer keeps what it said before. */
export function withRepairs(
  known: ReadonlyMap<string, NodeRepairs>,
  answers: readonly RepairsAnswer[],
): ReadonlyMap<string, NodeRepairs> {
  const next = new Map(known);
  for (const { node, jobs, problem } of answers) {
    next.set(node, { jobs: jobs ?? known.get(node)?.jobs ?? [], problem });
  }
  return next;
}
