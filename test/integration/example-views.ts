import type { DescribeView } from '../../src/node/core/views/describe-views.js';
import type { EventView } from '../../src/node/core/views/event-views.js';
import type { GossipView } from '../../src/node/core/views/gossip-views.js';
import type {
  NodeDetailView,
  NodeReport,
  NodeView,
  SightingView,
} from '../../src/node/core/views/node-views.js';
import type { OwnersView, RingView } from '../../src/node/core/views/ring-views.js';
import type { StatusView } from '../../src/node/core/views/status-views.js';
import type { TraceView } from '../../src/node/core/views/trace-views.js';
import { TOPOLOGY } from './example-topology.js';

// Every field differs from its default, and every optional one is there once and missing once: what does not travel, shows.

const sighting: SightingView = {
  nodeId: '0000000000000002',
  name: 'n2',
  liveness: 'suspect',
  forMs: 1234.5,
  reason: 'phi 1.6',
  boot: 4,
  heartbeat: 5_000_000_000,
  heartbeatAgeMs: 3500.25,
  phi: 1.6,
  roundTripMs: 0.4,
  clockOffsetMs: -12.5,
  release: '0.1.0',
};

const unseen: SightingView = {
  ...sighting,
  liveness: 'down',
  phi: undefined,
  roundTripMs: undefined,
  clockOffsetMs: undefined,
};

const report: NodeReport = {
  nodeId: '0000000000000001',
  name: 'n1',
  epoch: 7,
  ringHash: '7f3a09bc',
  boot: 3,
  uptimeMs: 86_400_000.5,
  ready: true,
  notReadyReason: 'none',
  drained: false,
  writesRefused: 'the disk is full',
  loadBytes: 9_000_000_000,
  reads: { perSecond: 12.5, p50Ms: 0.7, p99Ms: 2.25 },
  writes: { perSecond: 3.5, p50Ms: undefined, p99Ms: undefined },
  sequence: 42,
  release: '0.1.0',
  nodeVersion: '20.20.2',
  pid: 4711,
  rssBytes: 100_000_000,
  heapBytes: 50_000_000,
  eventLoopDelayP99Ms: 1.5,
  clockOffsetMs: 3.5,
  diskFreeBytes: 70_000_000_000,
  clientStreams: 2,
  queuedBytes: 1024,
  hints: [
    {
      target: '0000000000000002',
      count: 412,
      bytes: 1_000_000,
      oldestAgeMs: 12_000.5,
      windowLeftMs: 10_700_000,
      bytesPerSecond: 262_144.5,
      state: 'replaying',
    },
  ],
  repairMarkedSlots: 7,
  repairOldestAgeMs: 12.5,
  repairCycleMs: 86_400_000,
  recovery: { forMs: 61_000.5, ranges: 64, back: 61, alone: 8, aloneIn: ['r1'] },
  damage: { rotten: 12, unhealed: 3, unreadable: 1 },
  gossipRound: 99,
  sightings: [sighting, unseen],
};

const node: NodeView = {
  nodeId: '0000000000000001',
  name: 'n1',
  state: 'joining',
  liveness: 'up',
  membership: 'joining',
  forMs: 5000.5,
  reason: 'heartbeats arrive',
  viewing: true,
  address: '127.0.0.1:7401',
  peerAddress: '127.0.0.1:8401',
  httpAddress: '127.0.0.1:9401',
  host: 'h1',
  rack: 'r1',
  dc: 'dc1',
  vnodes: 128,
  voter: true,
  primary: 0.334,
  holds: 1,
  phi: 0.2,
  heartbeatAgeMs: 400.5,
  report,
  error: undefined,
  maintenance: true,
};

const silentNode: NodeView = {
  ...node,
  name: 'n2',
  state: 'down',
  liveness: 'down',
  membership: 'normal',
  phi: undefined,
  heartbeatAgeMs: undefined,
  report: undefined,
  error: { code: 'KV_UNREACHABLE', message: 'connection refused' },
};

/** `Status` with a node that answered and one that did not. */
export const STATUS: StatusView = {
  clusterId: '00000000000000c1',
  cluster: 'dev',
  health: 'DEGRADED',
  viewedFrom: 'n1',
  atMs: 1_767_225_600_123,
  opened: true,
  replicationFactor: 3,
  effectiveReplication: 2,
  ring: { hash: '7f3a09bc', epoch: 7, agreed: 2, asked: 3 },
  ranges: { total: 384, full: 300, degraded: 80, noQuorum: 4, noQuorumIn: ['orders'] },
  voters: { total: 3, alive: 2 },
  reads: { perSecond: 12.5, p50Ms: 0.7, p99Ms: 2.25 },
  writes: { perSecond: 3.5, p50Ms: undefined, p99Ms: undefined },
  loadBytes: 9_000_000_000,
  nodes: [node, silentNode],
  staged: TOPOLOGY.staged,
  streamBytesPerSecond: TOPOLOGY.streamBytesPerSecond,
  plan: TOPOLOGY.plan,
  alerts: [
    {
      severity: 'bad',
      code: 'KV_NODE_DOWN',
      node: 'n2',
      message: 'n2 is down for 14 s',
      hints: ['kv node show n2'],
    },
    { severity: 'warn', code: 'KV_CLOCK_SKEW', node: undefined, message: 'skew', hints: [] },
  ],
};

/** `Ring`, ranges included. */
export const RING: RingView = {
  viewedFrom: 'n1',
  cluster: 'dev',
  hash: '7f3a09bc',
  epoch: 7,
  agreed: 2,
  asked: 3,
  replicationFactor: 3,
  nodes: [
    {
      name: 'n1',
      state: 'suspect',
      rack: 'r1',
      dc: 'dc1',
      vnodes: 128,
      primary: 0.334,
      holds: 1,
      strip: [0.5, 0, 0.25],
    },
  ],
  balance: [
    { dc: 'dc1', rack: undefined, maxOverMean: 1.02 },
    { dc: 'dc1', rack: 'r1', maxOverMean: 1.01 },
  ],
  replicaSets: { distinct: 3, spanningRacks: 1, spanningHosts: 2, total: 384 },
  ranges: [{ start: 0xffff_f000, end: 4096, replicas: ['n1', 'n2', 'n3'] }],
};

/** `Owners` of a key that is on one replica, corrupt on another, and unknown on a third. */
export const OWNERS: OwnersView = {
  viewedFrom: 'n1',
  key: Uint8Array.of(0, 255, 1),
  token: 0x9942_6228,
  range: { start: 0x9942_0000, end: 0x9943_0000 },
  quorum: 2,
  namespace: 'default',
  atMs: 1_760_000_000_000,
  alive: 2,
  replicas: [
    {
      node: 'n1',
      rack: 'r1',
      role: 'primary',
      state: 'up',
      forMs: 5.5,
      copy: 'present',
      sizeBytes: 11,
      version: '019b76dac87b0007-00000000000000aa',
      expiresAtMs: 1_760_000_060_000,
      error: undefined,
    },
    {
      node: 'n2',
      rack: 'r2',
      role: 'replica',
      state: 'down',
      forMs: 14_000.5,
      copy: 'unknown',
      sizeBytes: undefined,
      version: undefined,
      expiresAtMs: undefined,
      error: { code: 'KV_UNREACHABLE', message: 'connection refused' },
    },
  ],
};

/** `Gossip` with an observer that did not answer. */
export const GOSSIP: GossipView = {
  viewedFrom: 'n1',
  round: 99,
  intervalMs: 1000,
  fanout: 3,
  suspectPhi: 1.5,
  ring: { hash: '7f3a09bc', agreed: 2, asked: 3 },
  nodes: [
    { ...sighting, state: 'leaving', self: true, upIn: 2, askedIn: 3 },
    { ...unseen, state: 'down', self: false, upIn: 0, askedIn: 3 },
  ],
  observers: [
    { node: 'n1', sees: { n1: 'up', n2: 'down' } },
    { node: 'n2', sees: undefined },
    { node: 'n3', sees: {} },
  ],
};

/** `Node`. */
export const NODE: NodeDetailView = {
  viewedFrom: 'n1',
  cluster: 'dev',
  node,
  seenBy: [
    { node: 'n2', liveness: 'up', phi: 0.3, heartbeatAgeMs: 300.5 },
    { node: 'n3', liveness: undefined, phi: undefined, heartbeatAgeMs: undefined },
  ],
  storage: [{ name: 'leveldb.num-files-at-level0', value: '2' }],
};

/** Events of each severity. */
export const EVENTS: readonly EventView[] = [
  {
    sequence: 1,
    atMs: 1_767_225_600_123,
    node: 'n1',
    kind: 'gossip',
    severity: 'bad',
    message: 'n2 is down',
  },
  {
    sequence: 2,
    atMs: 1_767_225_600_124,
    node: 'n1',
    kind: 'clock',
    severity: 'warn',
    message: 'skew',
  },
];

/** `Describe`. */
export const DESCRIBE: DescribeView = {
  namespaces: [
    { name: 'default', copies: { dc1: 3 } },
    { name: 'orders', copies: { dc1: 2 } },
  ],
  clusterId: '00000000000000c1',
  cluster: 'dev',
  nodeId: '0000000000000001',
  name: 'n1',
  release: '0.1.0',
  epoch: 7,
  opened: true,
  replicationFactor: 3,
  valueBytesMax: 1_048_576,
  nodes: [
    {
      nodeId: '0000000000000001',
      name: 'n1',
      membership: 'normal',
      liveness: 'up',
      host: 'h1',
      rack: 'r1',
      dc: 'dc1',
      addressHost: '127.0.0.1',
      clientPort: 7401,
      peerPort: 8401,
      httpPort: 9401,
      tokens: [0, 4096, 0xffff_f000],
      plannedTokens: [8192, 0xffff_e000],
    },
  ],
};

/** A trace with a step that did not end. */
export const TRACE: TraceView = {
  operation: 'put',
  coordinator: 'n1',
  coordinatorIsReplica: true,
  level: 'quorum',
  needed: 2,
  replicas: 3,
  tookMs: 1.25,
  outcome: 'unknown',
  readRepair: 'none',
  steps: [
    { node: 'n1', what: 'write', startMs: 0.5, tookMs: 0.25, note: 'local' },
    { node: 'n3', what: 'write', startMs: 0.5, tookMs: undefined, note: 'no answer' },
  ],
};
