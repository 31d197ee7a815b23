import type { EventView, WatchTick } from '../../src/node/core/views/event-views.js';
import type { GossipNodeView } from '../../src/node/core/views/gossip-views.js';
import type { HintReport } from '../../src/node/core/views/hint-views.js';
import type {
  LivenessState,
  NodeReport,
  NodeView,
  ShownState,
  SightingView,
} from '../../src/node/core/views/node-views.js';
import type { RingNodeView } from '../../src/node/core/views/ring-views.js';
import type { AlertView, StatusView } from '../../src/node/core/views/status-views.js';
import type { PlannedChangeView } from '../../src/node/core/views/topology-views.js';
import { fakePlanReport, fakePlanView, type FakePlan } from './fake-plan.js';

/** A made-up cluster at one moment; the same description always gives the same facts. */
export interface FakeCluster {
  readonly nodes: number;
  /** Seconds since the first tick: counters and noise depend on it. */
  readonly second: number;
  readonly viewedFrom?: string;
  /** States other than up, by name, with the seconds since when. */
  readonly states?: Readonly<Record<string, readonly [ShownState, number]>>;
  readonly events?: readonly EventView[];
  readonly racks?: boolean;
  /** What each of the nodes that are up keeps for a node that missed writes, by the name of that node. */
  readonly hints?: Readonly<Record<string, FakeHints>>;
  /** Slots that need repair, by the name of the node that marked them. */
  readonly marks?: Readonly<Record<string, number>>;
  readonly staged?: readonly PlannedChangeView[];
  readonly plan?: FakePlan;
}

interface FakeHints {
  readonly count: number;
  readonly bytes: number;
  readonly oldestS: number;
  readonly perSecond?: number;
  readonly state?: HintReport['state'];
}

const HINT_WINDOW_S = 10_800;

/** Local time, so that a frame shows the same clock everywhere. */
export const START_MS = new Date(2026, 10, 22, 13, 2, 11).getTime();

/** Noise of 0..1 that is the same in every run. */
function noise(...seed: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const part of seed) mixed = Math.imul(mixed ^ (part + 0x7f4a7c15), 0x85ebca6b) >>> 0;
  mixed ^= mixed >>> 13;
  return (Math.imul(mixed, 0xc2b2ae35) >>> 0) / 2 ** 32;
}

const nameOf = (i: number): string => `n${i + 1}`;

function stateOf(cluster: FakeCluster, i: number): readonly [ShownState, number] {
  return cluster.states?.[nameOf(i)] ?? ['up', 3_542_400];
}

function livenessOf(state: ShownState): LivenessState {
  return state === 'down' || state === 'suspect' ? state : 'up';
}

const rackOf = (cluster: FakeCluster, i: number): string =>
  cluster.racks === false ? 'r1' : 'abc'[i % 3]!;

function sighting(cluster: FakeCluster, i: number, by: number): SightingView {
  const [state, forS] = stateOf(cluster, i);
  const liveness = livenessOf(state);
  const ageMs = liveness === 'up' ? 80 + 900 * noise(i, by, cluster.second) : forS * 1000 + 3000;
  return {
    nodeId: nodeId(i),
    name: nameOf(i),
    liveness,
    forMs: forS * 1000,
    reason: liveness === 'down' ? 'no answer to 1 direct and 3 indirect probes' : '',
    boot: 3 + (i % 4),
    heartbeat: 218_000 + 7 * i + cluster.second - (liveness === 'up' ? 0 : forS),
    heartbeatAgeMs: ageMs,
    phi: i === by ? undefined : ageMs / 2302.6,
    roundTripMs: liveness === 'up' && i !== by ? 0.4 + noise(i, by) : undefined,
    clockOffsetMs: liveness === 'up' ? 4 * noise(i) - 2 : undefined,
    release: i === 5 ? '0.1.1' : '0.1.0',
  };
}

const nodeId = (i: number): string => (0x5eed0000 + i).toString(16).padStart(16, '0');

function report(cluster: FakeCluster, i: number): NodeReport | undefined {
  const [state] = stateOf(cluster, i);
  if (state === 'down') return undefined;
  const busy = 0.7 + 0.6 * noise(i, cluster.second);
  return {
    nodeId: nodeId(i),
    name: nameOf(i),
    epoch: 42,
    ringHash: '9f3c21aa55e0b17d',
    boot: 3 + (i % 4),
    uptimeMs: 3_542_400_000 + cluster.second * 1000,
    ready: true,
    notReadyReason: '',
    drained: false,
    writesRefused: '',
    loadBytes: 263 * 1024 ** 3 * (0.9 + 0.2 * noise(i)),
    reads: { perSecond: 2_700 * busy, p50Ms: 1.1 * busy, p99Ms: 2.9 * busy },
    writes: { perSecond: 930 * busy, p50Ms: 1.9 * busy, p99Ms: 4.4 * busy },
    sequence: 91_000 + 40 * cluster.second,
    release: i === 5 ? '0.1.1' : '0.1.0',
    nodeVersion: 'v20.20.2',
    pid: 4_200 + i,
    rssBytes: 182 * 1024 ** 2 * busy,
    heapBytes: 61 * 1024 ** 2 * busy,
    eventLoopDelayP99Ms: 1.2 * busy,
    clockOffsetMs: 4 * noise(i) - 2,
    diskFreeBytes: 512 * 1024 ** 3,
    clientStreams: 3 + (i % 5),
    queuedBytes: Math.round(2048 * noise(i, cluster.second)),
    hints: hintsOn(cluster, i),
    repairMarkedSlots: cluster.marks?.[nameOf(i)] ?? 0,
    repairOldestAgeMs: 3_600_000 * 2,
    repairCycleMs: 86_400_000,
    recovery: undefined,
    damage: { rotten: 0, unhealed: 0, unreadable: 0 },
    gossipRound: 218_441 + cluster.second,
    planReport: fakePlanReport(cluster.plan, nameOf(i), cluster.second),
    // Made when asked for: with 300 nodes there are 90,000.
    get sightings() {
      return Array.from({ length: cluster.nodes }, (_, other) => sighting(cluster, other, i));
    },
  };
}

/** The holders keep alike, but not the same. */
function hintsOn(cluster: FakeCluster, i: number): readonly HintReport[] {
  const [state] = stateOf(cluster, i);
  return Object.entries(cluster.hints ?? {}).flatMap(([target, kept]): HintReport[] => {
    if (target === nameOf(i) || state !== 'up') return [];
    const oldestAgeMs = 1000 * (kept.oldestS - i + cluster.second);
    return [
      {
        target: nodeId(Number(target.slice(1)) - 1),
        count: kept.count + 7 * i,
        bytes: kept.bytes + 2048 * i,
        oldestAgeMs,
        windowLeftMs: Math.max(0, 1000 * HINT_WINDOW_S - oldestAgeMs),
        bytesPerSecond: kept.perSecond ?? 0,
        state: kept.state ?? 'waiting',
      },
    ];
  });
}

function viewingIndex({ viewedFrom }: FakeCluster): number {
  return Number((viewedFrom ?? 'n1').slice(1)) - 1;
}

function nodeView(cluster: FakeCluster, i: number): NodeView {
  const [state, forS] = stateOf(cluster, i);
  const seen = sighting(cluster, i, viewingIndex(cluster));
  const membership =
    state === 'joining' || state === 'leaving' || state === 'removed' ? state : 'normal';
  const said = report(cluster, i);
  return {
    nodeId: nodeId(i),
    name: nameOf(i),
    state,
    liveness: livenessOf(state),
    membership,
    forMs: forS * 1000,
    reason: seen.reason,
    viewing: i === viewingIndex(cluster),
    address: `10.0.${Math.floor(i / 200)}.${11 + (i % 200)}:7400`,
    peerAddress: `10.0.${Math.floor(i / 200)}.${11 + (i % 200)}:8400`,
    httpAddress: `10.0.${Math.floor(i / 200)}.${11 + (i % 200)}:9400`,
    host: `host-${i + 1}`,
    rack: rackOf(cluster, i),
    dc: 'dc1',
    vnodes: 128,
    voter: i < 5,
    primary: state === 'joining' ? 0 : (0.96 + 0.08 * noise(i)) / cluster.nodes,
    holds: state === 'joining' ? 0 : Math.min(1, (3 * (0.98 + 0.04 * noise(i))) / cluster.nodes),
    phi: seen.phi,
    heartbeatAgeMs: seen.heartbeatAgeMs,
    report: said,
    error:
      said === undefined ? { code: 'KV_UNREACHABLE', message: 'connection refused' } : undefined,
    maintenance: false,
  };
}

function alerts(nodes: readonly NodeView[]): readonly AlertView[] {
  return nodes
    .filter(({ state }) => state === 'down' || state === 'suspect')
    .map(({ name, state, reason }) => ({
      severity: state === 'down' ? ('bad' as const) : ('warn' as const),
      code: state === 'down' ? 'KV_NODE_DOWN' : 'KV_NODE_SUSPECT',
      node: name,
      message: state === 'down' ? `down: ${reason}` : 'suspect',
      hints: [`kv node show ${name}`],
    }));
}

function status(cluster: FakeCluster): StatusView {
  const nodes = Array.from({ length: cluster.nodes }, (_, i) => nodeView(cluster, i));
  const down = nodes.filter(({ liveness }) => liveness === 'down').length;
  const asked = nodes.length - down;
  const degraded = down === 0 ? 0 : Math.min(640, 316 * down);
  const reports = nodes.flatMap((node) => (node.report === undefined ? [] : [node.report]));
  const sum = (of: (said: NodeReport) => number): number =>
    reports.reduce((total, said) => total + of(said), 0);
  const beat = 0.9 + 0.2 * noise(cluster.second);
  return {
    clusterId: 'c0ffee0000000001',
    cluster: 'orders-prod',
    health: down === 0 ? 'HEALTHY' : 'DEGRADED',
    viewedFrom: cluster.viewedFrom ?? 'n1',
    atMs: START_MS + cluster.second * 1000,
    opened: true,
    replicationFactor: 3,
    effectiveReplication: Math.min(3, cluster.nodes),
    ring: { hash: '9f3c21aa55e0b17d', epoch: 42, agreed: asked, asked },
    ranges: { total: 640, full: 640 - degraded, degraded, noQuorum: 0, noQuorumIn: [] },
    voters: { total: Math.min(5, cluster.nodes | 1), alive: Math.min(5, asked | 1) },
    reads: { perSecond: sum((said) => said.reads.perSecond), p50Ms: 1.2, p99Ms: 3.1 * beat },
    writes: { perSecond: sum((said) => said.writes.perSecond), p50Ms: 2.1, p99Ms: 4.8 * beat },
    loadBytes: sum((said) => said.loadBytes),
    nodes,
    alerts: alerts(nodes),
    staged: cluster.staged ?? [],
    streamBytesPerSecond: 64 * 1024 ** 2,
    plan: fakePlanView(cluster.plan),
  };
}

function ringNode(cluster: FakeCluster, node: NodeView, i: number): RingNodeView {
  const shares = Array.from({ length: 40 }, (_, slot) => noise(i, slot, 7) ** 2);
  return {
    name: node.name,
    state: node.state,
    rack: node.rack,
    dc: node.dc,
    vnodes: node.vnodes,
    primary: node.primary,
    holds: node.holds,
    strip:
      node.primary === 0 ? shares.map(() => 0) : shares.map((share) => (2 * share) / cluster.nodes),
  };
}

function gossipNode(cluster: FakeCluster, node: NodeView, i: number): GossipNodeView {
  const asked =
    cluster.nodes - Object.values(cluster.states ?? {}).filter(([s]) => s === 'down').length;
  return {
    ...sighting(cluster, i, viewingIndex(cluster)),
    state: node.state,
    self: node.viewing,
    upIn: node.liveness === 'up' ? asked : node.liveness === 'suspect' ? asked - 1 : 0,
    askedIn: asked,
  };
}

/** One tick of the made-up cluster. */
export function fakeTick(cluster: FakeCluster): WatchTick {
  const view = status(cluster);
  const { nodes, ring } = view;
  const racks = [...new Set(nodes.map(({ rack }) => rack))];
  const seen = Object.fromEntries(nodes.map(({ name, liveness }) => [name, liveness]));
  return {
    status: view,
    ring: {
      viewedFrom: view.viewedFrom,
      cluster: view.cluster,
      ...ring,
      replicationFactor: 3,
      nodes: nodes.map((node, i) => ringNode(cluster, node, i)),
      balance: racks.map((rack, i) => ({ dc: 'dc1', rack, maxOverMean: 1 + 0.02 * i })),
      replicaSets: { distinct: 60, spanningRacks: 640, spanningHosts: 640, total: 640 },
      ranges: [],
    },
    gossip: {
      viewedFrom: view.viewedFrom,
      round: 218_441 + cluster.second,
      intervalMs: 1000,
      fanout: 3,
      suspectPhi: 1.5,
      ring: { hash: ring.hash, agreed: ring.agreed, asked: ring.asked },
      nodes: nodes.map((node, i) => gossipNode(cluster, node, i)),
      observers: nodes.map(({ name, report: said }) => ({
        node: name,
        sees: said === undefined ? undefined : seen,
      })),
    },
    events: cluster.events ?? [],
  };
}

/** Something that happened so many seconds before the start. */
export function fakeEvent(
  sequence: number,
  secondsAgo: number,
  event: Partial<EventView> & Pick<EventView, 'message'>,
): EventView {
  return {
    sequence,
    atMs: START_MS - secondsAgo * 1000,
    node: 'n1',
    kind: 'gossip',
    severity: 'info',
    ...event,
  };
}

/** The cluster of the drawings: six nodes, one of them down, one joining. */
export const SIX_NODES: FakeCluster = {
  nodes: 6,
  second: 0,
  states: { n4: ['down', 192], n6: ['joining', 2580] },
  hints: { n4: { count: 99_400, bytes: 241_000_000, oldestS: 192 } },
  events: [
    fakeEvent(1, 600, { message: 'n6 joins with 128 vnodes', kind: 'metadata' }),
    fakeEvent(2, 196, { message: 'n4 suspected (phi 1.6)', severity: 'warn' }),
    fakeEvent(3, 192, {
      message: 'n4 down: no answer to 1 direct and 3 indirect probes',
      severity: 'bad',
    }),
    fakeEvent(4, 31, { message: 'stream to n4 broke: connection refused', kind: 'transport' }),
  ],
};
