import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { HintsAction, HintsDone } from '../node/core/views/hint-views.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { OwnersView } from '../node/core/views/ring-views.js';
import type { TopologyView } from '../node/core/views/topology-views.js';

/** A node to be asked, as the last view of the cluster named it. */
export interface SourceNode {
  readonly name: string;
  /** `host:port` of its client listener. */
  readonly address: string;
}

/** What may be asked of a plan that runs. */
export interface PlanChange {
  readonly action: 'pause' | 'resume' | 'cancel';
  readonly plan: number;
}

export interface TickOptions {
  /** The node whose view is wanted; undefined for whichever the source reaches first. */
  readonly node: SourceNode | undefined;
  readonly intervalMs: number;
}

/** Where the dashboard gets its facts; it asks one node at a time and decides itself which, and whom to ask when that one is lost. */
export interface TickSource {
  /** Ticks of one node until `signal` aborts (then it ends); throws when the node is not reached or its stream breaks. */
  watch(options: TickOptions, signal: AbortSignal): AsyncIterable<WatchTick>;
  /** Who owns a key, and what they hold of it, asked of the given node. */
  owners(key: Uint8Array, node: SourceNode | undefined): Promise<OwnersView>;
  /** Has a node act on the hints that it keeps for another one. */
  hints(action: HintsAction, target: string, node: SourceNode): Promise<HintsDone>;
  /** How the ring changes, or is to change, and what each node has to do with it. */
  topology(node: SourceNode | undefined): Promise<TopologyView>;
  /** Has the plan paused, resumed or cancelled by the given node; no other is asked when that does not answer. */
  changePlan(change: PlanChange, node: SourceNode | undefined): Promise<TopologyView>;
  /** The repairs that a node drives, or drove. */
  repairs(node: SourceNode): Promise<readonly RepairJobView[]>;
  /** Stops a repair that a node drives, and gives it as it is then. */
  cancelRepair(job: string, node: SourceNode): Promise<RepairJobView | undefined>;
  /** What happened before the first tick, as the given node remembers it. */
  events(limit: number, node: SourceNode | undefined): Promise<readonly EventView[]>;
}
