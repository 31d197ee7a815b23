import { FACT } from '../../../src/node/core/membership/fact-names.js';
import { type Hello, WIRE_VERSION } from '../../../src/node/core/messages.js';
import type { NodeDescriptor } from '../../../src/node/core/metadata/cluster-metadata.js';
import { METADATA_FORMAT } from '../../../src/node/core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../../../src/node/core/settings.js';
import { KvError } from '../../../src/node/core/errors.js';
import type { PeerHandler, Transport } from '../../../src/node/env/transport.js';
import { countBoot, type Boot } from '../../../src/node/identity/boot-counter.js';
import { settleIdentity, type StartIntent } from '../../../src/node/identity/identity.js';
import { writeIdentity } from '../../../src/node/identity/identity-file.js';
import { PeerAdmission } from '../../../src/node/identity/peer-admission.js';
import { PeerMemory } from '../../../src/node/identity/peer-memory.js';
import { Membership } from '../../../src/node/membership/membership.js';
import { initCluster } from '../../../src/node/metadata/init-cluster.js';
import { joinCluster } from '../../../src/node/metadata/join-cluster.js';
import { LogService } from '../../../src/node/metadata/metadata-service.js';
import { loadMetadata } from '../../../src/node/metadata/metadata-store.js';
import type { ClusterView } from '../../../src/node/services.js';
import type { MemoryDisk } from '../../../src/sim/memory-disk.js';
import { LogRecorder, MetricsRecorder } from '../../../src/sim/recorders.js';
import type { SimNetwork } from '../../../src/sim/network.js';
import type { Scheduler } from '../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../src/sim/sim-process.js';
import { assert } from '../../../src/stdx/assert.js';
import type { UnlikelyBranches } from '../../unit/node/unlikely-branches.js';

/** One run of a node that has everything but data. */
export interface LogNode {
  readonly name: string;
  readonly nodeId: string;
  readonly boot: Boot;
  readonly process: SimProcess;
  readonly disk: MemoryDisk;
  readonly membership: Membership;
  readonly service: LogService;
  readonly metrics: MetricsRecorder;
  readonly events: readonly string[];
  /** Why it is not ready any more, why it had to stop, and what peers refused it for. */
  readonly failed: readonly KvError[];
  readonly fatal: readonly KvError[];
  readonly refused: readonly KvError[];
}

export interface NodeOptions {
  readonly disk?: MemoryDisk;
  readonly rack?: string;
  readonly host?: string;
  readonly port?: number;
  /** Says this as its durable sequence. */
  readonly sequence?: number;
}

const META = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const VNODES = 4;
const JOIN_MS = 30_000;

/** What a node is started in. */
interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  readonly unlikely: UnlikelyBranches;
  /** What another node knows of the cluster. */
  view(name: string): ClusterView;
}

export interface NodeStart {
  readonly cluster: Surroundings;
  readonly name: string;
  readonly disk: MemoryDisk;
  readonly options: NodeOptions;
  readonly intent: StartIntent;
  /** The member that a joining node asks. */
  readonly via?: string;
}

/** Brings a node to life, in the order of a real one. */
export async function startLogNode(start: NodeStart): Promise<LogNode> {
  const { cluster, name, disk, options, intent } = start;
  const random = new SeededRandom(cluster.random.nextU32());
  const process = new SimProcess(name, cluster.scheduler);
  const address = { host: '10.0.0.1', port: options.port ?? 8400 + Number(name.slice(1)) };
  const transport = cluster.network.transportOf(process, address);
  const metrics = new MetricsRecorder();
  const log = new LogRecorder().logger(name);

  await disk.lock();
  const boot = await countBoot(disk, random);
  const storage = await disk.openStorage('meta', META);
  const stored = await loadMetadata(storage);
  const metadata = stored.log.state;
  const plan = await settleIdentity({ disk, random, name, metadata }, intent);
  const nodeId = plan.kind === 'init' ? plan.nodeId : plan.identity.nodeId;

  const lists = { events: [] as string[], failed: [] as KvError[] };
  const ends = { fatal: [] as KvError[], refused: [] as KvError[] };
  const events = {
    emit: ({ message }: { readonly message: string }) => void lists.events.push(message),
  };
  const { buggify } = cluster.unlikely;
  const env = { clock: process, random, transport, log, metrics, buggify };
  const membership: Membership = new Membership({
    env,
    self: { nodeId, boot: boot.boot, nonce: boot.nonce, name },
    events,
    onEpochSeen: (epoch, holder) => {
      service.observeEpoch(epoch, holder);
    },
    onPeerSeen: (seen) => {
      admission.hear(seen);
    },
  });
  const service: LogService = new LogService({
    env,
    self: nodeId,
    storage,
    stored,
    directory: membership,
    liveness: membership,
    events,
    readiness: { refusesToVote: () => undefined, fail: (error) => void lists.failed.push(error) },
    onFatal: (error) => void ends.fatal.push(error),
  });
  const hello = (): Hello => ({
    clusterId: service.current()?.metadata.clusterId ?? '',
    nodeId,
    name,
    boot: boot.boot,
    nonce: boot.nonce,
    sequence: options.sequence ?? 0,
    wireMin: WIRE_VERSION.min,
    wireMax: WIRE_VERSION.max,
    format: METADATA_FORMAT,
  });
  const admission = new PeerAdmission({
    own: hello,
    metadata: () => service.current()?.metadata,
    nameOf: (id) => membership.nameOf(id),
    memory: new PeerMemory(),
    events,
    onOwnConflict: (error) => void ends.fatal.push(error),
  });
  transport.start(handlerOf({ membership, service, admission }, ends.refused), hello);
  const descriptor = descriptorOf(name, nodeId, { ...options, port: address.port });

  if (plan.kind === 'init') {
    const named = {
      clusterName: 'story',
      descriptor,
      vnodes: VNODES,
      settings: DEFAULT_SETTINGS,
    };
    const view = await initCluster(service, named, random);
    const { clusterId } = view.metadata;
    await writeIdentity(disk, { clusterId, nodeId, name });
  }
  if (plan.kind === 'join') await join(start, service, { transport, descriptor, process, random });

  const adopt = (view: ClusterView): void => {
    membership.setMembers(view.metadata);
  };
  service.subscribe(adopt);
  const view = service.current();
  if (view !== undefined) adopt(view);
  membership.setFact(FACT.sequence, String(options.sequence ?? 0));
  membership.start();
  service.start(descriptor);
  const node = { name, nodeId, boot, process, disk, membership, service, metrics };
  return { ...node, ...lists, ...ends };
}

interface Joining {
  readonly transport: Transport;
  readonly descriptor: NodeDescriptor;
  readonly process: SimProcess;
  readonly random: SeededRandom;
}

async function join(start: NodeStart, service: LogService, joining: Joining): Promise<void> {
  const { transport, descriptor, process, random } = joining;
  const { via, cluster } = start;
  assert(via !== undefined, 'a node joins by way of another');
  const { metadata } = cluster.view(via);
  const member = metadata.members.find((candidate) => candidate.name === via);
  assert(member !== undefined, `${via} is a member`);
  const { host, peerPort } = member.addresses;
  const link = transport.link({ host, port: peerPort });
  const { clusterId } = metadata;
  const request = {
    descriptor,
    vnodes: VNODES,
    clusterId,
    link,
    remainingMs: JOIN_MS,
  };
  await joinCluster(service, request, { clock: process, random });
  link.close();
}

function handlerOf(
  parts: {
    readonly membership: Membership;
    readonly service: LogService;
    readonly admission: PeerAdmission;
  },
  refused: KvError[],
): PeerHandler {
  const { membership, service, admission } = parts;
  return {
    admit: (remote) => admission.admit(remote),
    data: (_from, _call, done) => {
      done({ kind: 'failed', code: 'KV_NOT_READY', message: 'no data here' });
    },
    control: async (from, request, remainingMs) => {
      const refusal = admission.admitRequest(from, 'control');
      if (refusal !== undefined) throw refusal;
      return await membership.handleControl(from, request, remainingMs);
    },
    repair: async () => {
      throw new KvError('KV_NOT_READY', 'no repairs here');
    },
    meta: async (from, request, remainingMs) => {
      const refusal = admission.admitRequest(from, request.kind);
      if (refusal !== undefined) throw refusal;
      if (request.kind === 'report') throw new KvError('KV_NOT_READY', 'no reports here');
      return await service.handleMeta(from, request, remainingMs);
    },
    refused: (_address, error) => void refused.push(error),
  };
}

function descriptorOf(name: string, nodeId: string, options: NodeOptions): NodeDescriptor {
  const port = options.port ?? 8400;
  return {
    nodeId,
    name,
    host: options.host ?? `h${name}`,
    rack: options.rack ?? 'r1',
    dc: 'dc1',
    addresses: { host: '10.0.0.1', clientPort: port - 1000, peerPort: port, httpPort: port + 1000 },
    release: '0.1.0',
  };
}
