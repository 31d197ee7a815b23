import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { NodeReport } from '../core/views/node-views.js';
import type { PlanReport } from '../core/views/plan-views.js';
import type { NodeEnv } from '../env/env.js';
import type { GroupRepairs } from '../repair/group-repair.js';
import type { LivenessService, MetadataService, PeerDirectory } from '../services.js';
import { Survey } from '../status/survey.js';
import { PlanDriver } from './plan-driver.js';
import { topologyMetrics } from './topology-metrics.js';
import { TopologyAdmin, type TopologyAdminParts } from './topology-admin.js';
import { PlanFollower, type PlanFollowerParts } from './plan-follower.js';

/** What the changing of the ring needs of the node. */
export interface TopologyFoundation {
  readonly env: NodeEnv;
  readonly ownId: NodeId;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService & { epochOf(nodeId: NodeId): number };
  readonly peers: PeerDirectory;
  readonly repairs: GroupRepairs;
  readonly clear: PlanFollowerParts['clear'];
  readonly recover: TopologyAdminParts['recover'];
  /** The report of this node. */
  readonly report: () => NodeReport;
  readonly stopping: AbortSignal;
}

/** What carries out plans. */
export interface TopologyServices {
  /** How far this node is with the plan that runs, and why the next step does not come where it drives it. */
  report(): {
    readonly report: PlanReport | undefined;
    readonly waitsFor: string;
    readonly stalledMs: number;
  };
  readonly admin: TopologyAdmin;
  start(): void;
  /** Resolves when what is under way has ended; the signal must have come. */
  idle(): Promise<void>;
}

/** Makes what follows and drives plans; nothing runs yet. */
export function wireTopology(foundation: TopologyFoundation): TopologyServices {
  const { env, liveness, peers, report } = foundation;
  const { clock } = env;
  const log = env.log.child('topology');
  const epochOf = (nodeId: NodeId): number => liveness.epochOf(nodeId);
  const survey = new Survey({ clock, peers, own: report });
  // All are asked each time: answers are shared by what asks within a moment.
  const askAll = async (): Promise<ReadonlyMap<NodeId, NodeReport>> => {
    const members = foundation.metadata.current()?.metadata.members ?? [];
    const there = members.filter(({ state }) => state !== 'removed');
    const answers = await survey.ask(there.map(({ nodeId }) => nodeId));
    const reports = new Map<NodeId, NodeReport>();
    for (const [nodeId, answer] of answers)
      if (answer.report !== undefined) reports.set(nodeId, answer.report);
    return reports;
  };
  const follower = new PlanFollower({ ...foundation, clock, log, epochOf });
  const driver = new PlanDriver({ ...foundation, clock, log, epochOf, ask: askAll });
  const admin = new TopologyAdmin({ ...foundation, ask: askAll, name: () => report().name });
  topologyMetrics(env.metrics, {
    plan: () => foundation.metadata.current()?.metadata.plan,
    report: () => follower.report(),
    stalledMs: () => driver.stalledMs,
  });
  return {
    admin,
    report: () => ({
      report: follower.report(),
      waitsFor: driver.waitsFor,
      stalledMs: driver.stalledMs,
    }),
    start: () => {
      follower.start();
      driver.start();
    },
    idle: async () => {
      await follower.idle();
      await driver.idle();
    },
  };
}
