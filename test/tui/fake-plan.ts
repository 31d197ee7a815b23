import type { PlanReport } from '../../src/node/core/views/plan-views.js';
import type { RepairJobView } from '../../src/node/core/views/repair-views.js';
import type {
  PlannedChangeView,
  PlanNodeView,
  PlanView,
  TopologyView,
} from '../../src/node/core/views/topology-views.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const NOTHING = { node: '', replaces: '', namespace: '', replication: {} } as const;

export const JOINS: PlannedChangeView = {
  ...NOTHING,
  ...{ kind: 'join', node: 'n6', text: 'n6 joins' },
};
export const LEAVES: PlannedChangeView = {
  ...NOTHING,
  ...{ kind: 'leave', node: 'n5', text: 'n5 leaves' },
};

/** A plan of a made-up cluster; n6 moves what it moves, at 12 MiB and 4 ranges a second. */
export interface FakePlan {
  readonly id?: number;
  readonly step?: PlanView['step'];
  readonly paused?: boolean;
  readonly pausedFor?: string;
  readonly waitsFor?: string;
  readonly driver?: string;
  readonly changes?: readonly PlannedChangeView[];
  /** Why n6 does not go on. */
  readonly nodeWaitsFor?: string;
  /** Of n6, when the first tick comes. */
  readonly rangesDone?: number;
  /** Per second. */
  readonly bytesPerSecond?: number;
}

export function fakePlanView(plan: FakePlan | undefined): PlanView | undefined {
  if (plan === undefined) return undefined;
  const { id = 12, step = 'write-both', paused = false, waitsFor = '', driver = 'n1' } = plan;
  const { pausedFor = '', changes = [JOINS] } = plan;
  return { id, step, paused, pausedFor, waitsFor, driver, changes, stalledMs: 0 };
}

export function fakePlanReport(
  plan: FakePlan | undefined,
  name: string,
  second: number,
): PlanReport | undefined {
  const view = fakePlanView(plan);
  if (plan === undefined || view === undefined) return undefined;
  const stepEpoch = view.id + { prepare: 0, 'write-both': 1, 'read-new': 2 }[view.step];
  const about = { plan: view.id, stepEpoch };
  if (name !== 'n6' || view.step !== 'write-both') {
    return {
      ...about,
      isDone: true,
      ranges: 0,
      rangesDone: 0,
      movedBytes: 0,
      waitsFor: '',
      streams: [],
    };
  }
  const passed = view.paused ? 0 : second;
  const rangesDone = Math.min(640, (plan.rangesDone ?? 282) + 4 * passed);
  const rate = plan.bytesPerSecond ?? 12 * MIB;
  return {
    ...about,
    ...{ isDone: rangesDone === 640, ranges: 640, rangesDone },
    movedBytes: 161 * GIB + rate * passed,
    waitsFor: plan.nodeWaitsFor ?? '',
    streams: [],
  };
}

function node(name: string, figures: Partial<PlanNodeView>): PlanNodeView {
  return {
    node: name,
    ...{ membership: 'normal', liveness: 'up', holds: 0.5, holdsAfter: 0.5 },
    ...{ gains: 0, gainsBytes: 0, loadBytes: 260 * GIB, diskFreeBytes: 700 * GIB },
    report: undefined,
    ...figures,
  };
}

/** What n6 joining moves: from n3, which is alone in its rack. */
export function fakeTopology(
  plan: FakePlan | undefined,
  staged: readonly PlannedChangeView[] = [],
): TopologyView {
  return {
    ...{ viewedFrom: 'n1', cluster: 'orders-prod', epoch: 42, staged },
    plan: fakePlanView(plan),
    ended: [],
    streamBytesPerSecond: 64 * MIB,
    preview: {
      ...{ ranges: 768, movingRanges: 640, movedBytes: 259 * GIB, movedMs: 4_144_000 },
      nodes: [
        node('n1', {}),
        node('n2', {}),
        node('n3', { holds: 0.998, holdsAfter: 0.5 }),
        node('n4', { liveness: 'down', loadBytes: undefined, diskFreeBytes: undefined }),
        node('n5', staged.includes(LEAVES) ? { holdsAfter: 0 } : {}),
        node('n6', {
          ...{ membership: 'joining', holds: 0, holdsAfter: 0.498, gains: 0.498 },
          ...{ gainsBytes: 259 * GIB, loadBytes: 4096, diskFreeBytes: 300 * GIB },
        }),
      ],
      checks:
        plan === undefined
          ? [
              { name: 'running', passed: true, message: 'no other plan runs' },
              { name: 'up', passed: false, message: 'n4 is not up' },
            ]
          : [],
    },
  };
}

/** A repair of the made-up cluster. */
export function fakeRepair(figures: Partial<RepairJobView> = {}): RepairJobView {
  return {
    ...{ id: 'r-7c1e', node: 'n2', scope: 'every range', state: 'running' },
    ...{ startedAtMs: 1_795_000_000_000, tookMs: 5_220_000, restarts: 0, resumedAtMs: undefined },
    ...{ ranges: 640, done: 402, repaired: 27, partial: 316, failed: 0 },
    ...{ differing: 31, sent: 2114, sentBytes: 38 * MIB, dropped: 3 },
    ...{ step: 'hash', at: '0x6b210000 n1 n2 n3', idleMs: 400, problem: '' },
    ...{ bytesPerSecond: 8 * MIB, slowedBy: '', away: ['n4'] },
    ...figures,
  };
}
