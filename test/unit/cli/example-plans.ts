import type { PlanReport } from '../../../src/node/core/views/plan-views.js';
import type {
  PlanNodeView,
  PlanPreview,
  PlanView,
  PlannedChangeView,
  TopologyView,
} from '../../../src/node/core/views/topology-views.js';

const GIB = 1024 ** 3;
const NOTHING = { node: '', replaces: '', namespace: '', replication: {} } as const;

const JOINS: PlannedChangeView = { ...NOTHING, kind: 'join', node: 'n6', text: 'n6 joins' };
const LEAVES: PlannedChangeView = { ...NOTHING, kind: 'leave', node: 'n5', text: 'n5 leaves' };

/** Every kind of change. */
export const CHANGES = [
  JOINS,
  LEAVES,
  { ...NOTHING, kind: 'remove', node: 'n4', text: 'n4 is removed' },
  { ...NOTHING, kind: 'replace', node: 'n7', replaces: 'n4', text: 'n7 replaces n4' },
  {
    ...NOTHING,
    kind: 'replication',
    namespace: 'orders',
    replication: { dc2: 2, dc1: 3 },
    text: 'namespace orders has dc1=3 dc2=2 copies',
  },
] as const satisfies readonly PlannedChangeView[];

function node(name: string, figures: Partial<PlanNodeView>): PlanNodeView {
  return {
    node: name,
    ...{ membership: 'normal', liveness: 'up', holds: 0.5, holdsAfter: 0.5 },
    ...{ gains: 0, gainsBytes: 0, loadBytes: 260 * GIB, diskFreeBytes: 700 * GIB },
    report: undefined,
    ...figures,
  };
}

const NODES: readonly PlanNodeView[] = [
  node('n1', { holds: 0.506 }),
  node('n4', { liveness: 'down', loadBytes: undefined, diskFreeBytes: undefined }),
  node('n5', { membership: 'leaving', holds: 0.49, holdsAfter: 0 }),
  node('n6', {
    ...{ membership: 'joining', holds: 0, holdsAfter: 0.498, gains: 0.498 },
    ...{ gainsBytes: 259 * GIB, loadBytes: 4096, diskFreeBytes: 300 * GIB },
  }),
];

const NONE: TopologyView = {
  viewedFrom: 'n1',
  cluster: 'orders-prod',
  epoch: 42,
  staged: [],
  plan: undefined,
  preview: undefined,
  ended: [],
  streamBytesPerSecond: 64 * 1024 ** 2,
};

const PREVIEW = {
  ranges: 768,
  movingRanges: 640,
  movedBytes: 259 * GIB,
  movedMs: 4_144_000,
  nodes: NODES,
  checks: [
    { name: 'running', passed: true, message: 'no other plan runs' },
    { name: 'up', passed: false, message: 'n4 is not up' },
    { name: 'disk', passed: false, message: 'n6 would get 259 GiB and has 300 GiB free' },
  ],
} as const;

export const stagedPlan: TopologyView = { ...NONE, staged: [JOINS, LEAVES], preview: PREVIEW };

export const noPlan: TopologyView = NONE;

/** How far n6 says that it is. */
export function report(figures: Partial<PlanReport> = {}): PlanReport {
  return {
    ...{ plan: 43, stepEpoch: 44, isDone: false, ranges: 640, rangesDone: 402 },
    ...{ movedBytes: 161 * GIB, waitsFor: '', streams: [] },
    ...figures,
  };
}

/** The same as a plan that runs; `figures` are those of n6. */
export function runningPlan(
  plan: Partial<PlanView> = {},
  figures: Partial<PlanReport> = {},
): TopologyView & { readonly plan: PlanView; readonly preview: PlanPreview } {
  const nodes = NODES.map((one) => (one.node === 'n6' ? { ...one, report: report(figures) } : one));
  return {
    ...NONE,
    plan: {
      ...{ id: 43, step: 'write-both', paused: false, changes: [JOINS, LEAVES] },
      ...{ waitsFor: 'n6', driver: 'n1', pausedFor: '', stalledMs: 0 },
      ...plan,
    },
    preview: { ...PREVIEW, nodes, checks: [] },
  };
}
