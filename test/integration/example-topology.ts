import type {
  PlannedChangeView,
  PlanNodeView,
  TopologyChange,
  TopologyOrder,
  TopologyView,
} from '../../src/node/core/views/topology-views.js';

const NOTHING = { node: '', replaces: '', namespace: '', replication: {} } as const;

const CHANGES: readonly PlannedChangeView[] = [
  { ...NOTHING, kind: 'join', node: 'n4', text: 'n4 joins' },
  { ...NOTHING, kind: 'replace', node: 'n5', replaces: 'n2', text: 'n5 replaces n2' },
  {
    ...NOTHING,
    kind: 'replication',
    namespace: 'orders',
    replication: { dc1: 3, dc2: 2 },
    text: 'namespace orders has dc1=3 dc2=2 copies',
  },
];

/** A node that gets ranges, and has said how far it is; and one that has not answered. */
const NODES: readonly PlanNodeView[] = [
  {
    node: 'n4',
    membership: 'joining',
    liveness: 'up',
    holds: 0,
    holdsAfter: 0.75,
    gains: 0.75,
    gainsBytes: 9_000_000_000,
    loadBytes: 4_096,
    diskFreeBytes: 2 ** 40,
    report: {
      ...{ plan: 12, stepEpoch: 14, isDone: false, ranges: 384, rangesDone: 240 },
      ...{ movedBytes: 5_000_000_000, waitsFor: 'the step to be applied by n2' },
      streams: [
        {
          ...{ namespace: 'default', from: ['n1', 'n2'], to: ['n4'] },
          ...{ ranges: 12, movedBytes: 4_096, forMs: 2_000.5 },
        },
      ],
    },
  },
  {
    ...{ node: 'n2', membership: 'leaving', liveness: 'down' },
    ...{ holds: 1, holdsAfter: 0, gains: 0, gainsBytes: 0 },
    loadBytes: undefined,
    diskFreeBytes: undefined,
    report: undefined,
  },
];

/** What is staged beside a plan that runs: more than there ever is at once, so that all of it travels. */
export const TOPOLOGY: TopologyView = {
  viewedFrom: 'n1',
  cluster: 'dev',
  epoch: 15,
  staged: CHANGES,
  plan: {
    id: 12,
    step: 'write-both',
    paused: true,
    changes: CHANGES.slice(0, 1),
    waitsFor: 'n4: the step to be applied by n2',
    driver: 'n1',
    pausedFor: 'n4',
    stalledMs: 1_250.5,
  },
  streamBytesPerSecond: 8_388_608,
  ended: [{ id: 3, end: 'cancelled', epoch: 9, changes: ['n4 joins', 'n5 leaves'] }],
  preview: {
    ranges: 512,
    movingRanges: 384,
    movedBytes: 9_000_000_000,
    movedMs: 134_000.5,
    nodes: NODES,
    checks: [
      { name: 'running', passed: true, message: 'no other plan runs' },
      { name: 'disk', passed: false, message: 'n4 would get 8 GiB and has 1 GiB free' },
    ],
  },
};

/** Each with another strictness, and with and without being begun at once. */
export const TOPOLOGY_ORDERS: readonly TopologyOrder[] = (
  [
    { action: 'leave', node: 'n2' },
    { action: 'remove', node: 'n2' },
    { action: 'replace', node: 'n2', by: 'n5' },
    { action: 'replicate', namespace: 'orders', replication: { dc1: 3, dc2: 2 } },
    { action: 'discard', node: undefined },
    { action: 'discard', node: 'n4' },
    { action: 'commit' },
    { action: 'pause', plan: 12 },
    { action: 'resume', plan: 12 },
    { action: 'cancel', plan: 12 },
  ] as const satisfies readonly TopologyChange[]
).map((change, i) => ({
  change,
  checks: (['strict', 'enabled', 'skip'] as const)[i % 3]!,
  commit: i % 2 === 0,
  dryRun: i % 4 === 1,
  ...(i % 4 === 2 ? { expected: ['n4 joins', 'n5 leaves'] } : {}),
}));
