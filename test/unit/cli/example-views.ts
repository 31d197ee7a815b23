import type { GossipNodeView, GossipView } from '../../../src/node/core/views/gossip-views.js';
import type {
  LivenessState,
  NodeDetailView,
  NodeReport,
  NodeView,
  ShownState,
} from '../../../src/node/core/views/node-views.js';
import type { OwnersView, RingView } from '../../../src/node/core/views/ring-views.js';
import type { StatusView } from '../../../src/node/core/views/status-views.js';
import type { TraceView } from '../../../src/node/core/views/trace-views.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { keptForN4 } from './example-hints.js';

// One invented cluster: six nodes in three racks, n4 down, n6 joining.
const GIB = 1024 ** 3;
const DAY_MS = 24 * 3_600_000;

interface Example {
  readonly name: string;
  readonly state: ShownState;
  readonly rack: string;
  readonly loadGiB: number;
  readonly primary: number;
  readonly holds: number;
  readonly upMs: number;
}

const example = (
  name: string,
  place: Pick<Example, 'rack' | 'state'>,
  figures: readonly [loadGiB: number, primary: number, holds: number, upMs: number],
): Example => ({
  name,
  ...place,
  loadGiB: figures[0],
  primary: figures[1],
  holds: figures[2],
  upMs: figures[3],
});

const EXAMPLES: readonly Example[] = [
  example('n1', { rack: 'a', state: 'up' }, [263, 0.201, 0.506, 41 * DAY_MS]),
  example('n2', { rack: 'b', state: 'up' }, [265, 0.204, 0.51, 41 * DAY_MS]),
  example('n3', { rack: 'c', state: 'up' }, [520, 0.198, 1, 12 * DAY_MS]),
  example('n4', { rack: 'a', state: 'down' }, [257, 0.197, 0.494, 0]),
  example('n5', { rack: 'b', state: 'up' }, [255, 0.2, 0.49, 41 * DAY_MS]),
  example('n6', { rack: 'c', state: 'joining' }, [161, 0, 0, 43 * 60_000]),
];

const DOWN_MS = 192_000;

function report(one: Example): NodeReport {
  return {
    nodeId: `00000000000000${one.name}`,
    name: one.name,
    epoch: 42,
    ringHash: '9f3c21aa',
    boot: 3,
    uptimeMs: one.upMs,
    ready: true,
    notReadyReason: '',
    drained: false,
    writesRefused: '',
    loadBytes: one.loadGiB * GIB,
    reads: { perSecond: 4100, p50Ms: 1.2, p99Ms: 2.9 },
    writes: { perSecond: 1400, p50Ms: 2.1, p99Ms: 4.7 },
    sequence: 218_441,
    release: '1.4.2',
    nodeVersion: '20.20.2',
    pid: 4711,
    rssBytes: 120 * 1024 ** 2,
    heapBytes: 40 * 1024 ** 2,
    eventLoopDelayP99Ms: 1.5,
    clockOffsetMs: 0.4,
    diskFreeBytes: 700 * GIB,
    clientStreams: 12,
    queuedBytes: 4096,
    hints: keptForN4(one.name),
    repairMarkedSlots: 0,
    repairOldestAgeMs: 3_600_000 * 2,
    repairCycleMs: 86_400_000,
    recovery: undefined,
    damage: { rotten: 0, unhealed: 0, unreadable: 0 },
    gossipRound: 218_441,
    sightings: [],
  };
}

function node(one: Example): NodeView {
  const down = one.state === 'down';
  const address = `10.0.0.1${one.name.slice(1)}`;
  return {
    nodeId: `00000000000000${one.name}`,
    name: one.name,
    state: one.state,
    liveness: down ? 'down' : 'up',
    membership: one.state === 'joining' ? 'joining' : 'normal',
    forMs: down ? DOWN_MS : one.upMs,
    reason: down ? 'no answer to 1 direct and 3 indirect probes' : '',
    viewing: one.name === 'n1',
    address: `${address}:7400`,
    peerAddress: `${address}:8400`,
    httpAddress: `${address}:9400`,
    ...{ host: `host-${one.name}`, rack: one.rack, dc: 'dc1' },
    vnodes: one.state === 'joining' ? 0 : 128,
    voter: one.name < 'n4',
    primary: one.primary,
    holds: one.holds,
    phi: one.name === 'n1' ? undefined : down ? 38.2 : 0.44,
    heartbeatAgeMs: down ? DOWN_MS : 400,
    report: down ? undefined : report(one),
    error: down ? { code: 'KV_UNREACHABLE', message: '10.0.0.14:8400: no answer' } : undefined,
    maintenance: false,
  };
}

export const exampleStatus: StatusView = {
  clusterId: '62f6634b3ba8efda',
  cluster: 'orders-prod',
  health: 'DEGRADED',
  viewedFrom: 'n1',
  atMs: Date.UTC(2026, 10, 22, 13, 2, 11, 402),
  ...{ opened: true, replicationFactor: 3, effectiveReplication: 3 },
  ring: { hash: '9f3c21aa', epoch: 42, agreed: 5, asked: 5 },
  ranges: { total: 640, full: 324, degraded: 316, noQuorum: 0, noQuorumIn: [] },
  voters: { total: 3, alive: 3 },
  reads: { perSecond: 12_400, p50Ms: 1.3, p99Ms: 3.1 },
  writes: { perSecond: 4200, p50Ms: 2.2, p99Ms: 4.8 },
  loadBytes: 1464 * GIB,
  nodes: EXAMPLES.map(node),
  ...{ staged: [], plan: undefined, streamBytesPerSecond: 64 * 1024 ** 2 },
  alerts: [
    {
      severity: 'bad',
      code: 'KV_NODE_DOWN',
      node: 'n4',
      message: 'down 3m12s (no answer to 1 direct and 3 indirect probes)',
      hints: ['kv node show n4', 'kv gossip'],
    },
  ],
};

/** The same cluster on three nodes in one rack, with nothing wrong. */
export const healthyStatus: StatusView = {
  ...exampleStatus,
  cluster: 'kv',
  health: 'HEALTHY',
  ring: { hash: '8c607182', epoch: 6, agreed: 3, asked: 3 },
  ranges: { total: 384, full: 384, degraded: 0, noQuorum: 0, noQuorumIn: [] },
  opened: false,
  loadBytes: 504,
  reads: { perSecond: 0, p50Ms: undefined, p99Ms: undefined },
  writes: { perSecond: 0, p50Ms: undefined, p99Ms: undefined },
  alerts: [],
  nodes: exampleStatus.nodes.slice(0, 3).map((one) => ({
    ...one,
    rack: 'rack1',
    address: `127.0.0.1:740${one.name.slice(1)}`,
    holds: 1,
    report: one.report === undefined ? undefined : { ...one.report, hints: [] },
  })),
};

const strip = (seed: number): readonly number[] =>
  Array.from({ length: 40 }, (_, i) => ((i * 7 + seed * 13) % 10) / 10);

export const exampleRing: RingView = {
  viewedFrom: 'n1',
  cluster: 'orders-prod',
  hash: '9f3c21aa',
  epoch: 42,
  agreed: 5,
  asked: 5,
  replicationFactor: 3,
  nodes: EXAMPLES.map((one, i) => ({
    name: one.name,
    state: one.state,
    rack: one.rack,
    dc: 'dc1',
    vnodes: one.state === 'joining' ? 0 : 128,
    primary: one.primary,
    holds: one.holds,
    strip: one.primary === 0 ? [] : strip(i),
  })),
  balance: [
    { dc: 'dc1', rack: undefined, maxOverMean: 1.67 },
    { dc: 'dc1', rack: 'a', maxOverMean: 1.02 },
    { dc: 'dc1', rack: 'b', maxOverMean: 1.04 },
    { dc: 'dc1', rack: 'c', maxOverMean: 1 },
  ],
  replicaSets: { distinct: 12, spanningRacks: 640, spanningHosts: 640, total: 640 },
  ranges: [],
};

export const exampleOwners: OwnersView = {
  viewedFrom: 'n1',
  key: utf8Encode('user:1042'),
  token: 0x99426228,
  range: { start: 0x98c25000, end: 0x9a461000 },
  quorum: 2,
  namespace: 'default',
  atMs: 1_760_000_000_000,
  alive: 2,
  replicas: [
    {
      node: 'n2',
      rack: 'b',
      role: 'primary',
      state: 'up',
      forMs: DAY_MS,
      copy: 'present',
      sizeBytes: 1434,
      version: '01a2044a7bba0003-7a26c5eac7adda10',
      expiresAtMs: undefined,
      error: undefined,
    },
    {
      node: 'n3',
      rack: 'c',
      role: 'replica',
      state: 'up',
      forMs: DAY_MS,
      copy: 'present',
      sizeBytes: 1200,
      version: '01a204441f7c0000-d9355385c03e38f5',
      expiresAtMs: undefined,
      error: undefined,
    },
    {
      node: 'n4',
      rack: 'a',
      role: 'replica',
      state: 'down',
      forMs: DOWN_MS,
      copy: 'unknown',
      sizeBytes: undefined,
      version: undefined,
      expiresAtMs: undefined,
      error: { code: 'KV_UNREACHABLE', message: '10.0.0.14:8400: no answer' },
    },
  ],
};

function gossipNode(one: Example): GossipNodeView {
  const self = one.name === 'n1';
  const down = one.state === 'down';
  return {
    nodeId: `00000000000000${one.name}`,
    name: one.name,
    liveness: down ? 'down' : 'up',
    forMs: down ? DOWN_MS : one.upMs,
    reason: down ? 'silent 6.1 s' : 'heartbeats arrive',
    boot: 3,
    heartbeat: 218_440,
    heartbeatAgeMs: self ? 0 : down ? DOWN_MS : 400,
    phi: self ? undefined : down ? 38.2 : 0.31,
    roundTripMs: self || down ? undefined : 0.6,
    clockOffsetMs: one.name === 'n3' ? 410 : 0.4,
    release: one.name === 'n6' ? '1.4.1' : '1.4.2',
    state: one.state,
    self,
    upIn: down ? 0 : 5,
    askedIn: 5,
  };
}

const sees = (): Record<string, LivenessState> =>
  Object.fromEntries(EXAMPLES.map(({ name }) => [name, name === 'n4' ? 'down' : 'up']));

export const exampleGossip: GossipView = {
  viewedFrom: 'n1',
  round: 218_441,
  intervalMs: 1000,
  fanout: 3,
  suspectPhi: 1.5,
  ring: { hash: '9f3c21aa', agreed: 5, asked: 5 },
  nodes: EXAMPLES.map(gossipNode),
  observers: EXAMPLES.map(({ name }) => ({
    node: name,
    sees: name === 'n4' ? undefined : { ...sees(), ...(name === 'n5' ? { n3: 'suspect' } : {}) },
  })),
};

export const exampleDetail: NodeDetailView = {
  viewedFrom: 'n1',
  cluster: 'orders-prod',
  node: exampleStatus.nodes[1]!,
  seenBy: [
    { node: 'n1', liveness: 'up', phi: 0.31, heartbeatAgeMs: 400 },
    { node: 'n3', liveness: 'up', phi: 0.62, heartbeatAgeMs: 900 },
    { node: 'n4', liveness: undefined, phi: undefined, heartbeatAgeMs: undefined },
  ],
  storage: [{ name: 'keys', value: '1204' }],
};

export const exampleTrace: TraceView = {
  operation: 'get',
  coordinator: 'n1',
  coordinatorIsReplica: false,
  level: 'quorum',
  needed: 2,
  replicas: 3,
  tookMs: 3.42,
  outcome: 'ok',
  readRepair: 'none',
  steps: [
    { node: 'n4', what: 'read', startMs: 0.1, tookMs: undefined, note: 'not sent: down' },
    {
      node: 'n2',
      what: 'full read',
      startMs: 0.5,
      tookMs: 1.31,
      note: '01a2044a7bba0003-7a26c5eac7adda10',
    },
    { node: 'n3', what: 'digest', startMs: 0.5, tookMs: 1.8, note: 'match' },
  ],
};
