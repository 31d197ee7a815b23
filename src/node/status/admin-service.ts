import { KvError } from '../core/errors.js';
import type { ClusterMetadata, Member, NodeId } from '../core/metadata/cluster-metadata.js';
import { unknownNode } from '../core/metadata/unknown-node.js';
import { DEFAULT_NAMESPACE, namespaceNamed } from '../core/metadata/namespaces.js';
import { effectiveReplication } from '../core/metadata/replication.js';
import type { DescribedNode, DescribeView } from '../core/views/describe-views.js';
import type { EventView, WatchTick } from '../core/views/event-views.js';
import type { GossipView } from '../core/views/gossip-views.js';
import type { HintsAction, HintsDone } from '../core/views/hint-views.js';
import type { DrainView, NodeDetailView, NodeReport } from '../core/views/node-views.js';
import type { OwnersQuery, OwnersView, RingView } from '../core/views/ring-views.js';
import type { StatusView } from '../core/views/status-views.js';
import type { RepairAnswer, RepairCall } from '../core/views/repair-views.js';
import type { RepairJobs } from '../repair/repair-jobs.js';
import type { Inspection } from '../coordinator/inspect.js';
import { afterMoves } from '../core/ring/rebalance.js';
import type { Clock } from '../env/clock.js';
import type { ClusterView, LivenessService, MetadataService, PeerDirectory } from '../services.js';
import { presentMembers, viewContext, type ViewContext } from './context.js';
import type { EventLog } from './event-log.js';
import { controlHints, type HintControl } from './hint-control.js';
import { gossipView } from './gossip-view.js';
import { ownersView } from './owners-view.js';
import { ringView } from './ring-view.js';
import { NamespaceAdmin } from './namespace-admin.js';
import type { NodeReadiness } from './node-readiness.js';
import { nodeNamed, statusView } from './status-view.js';
import type { StorageAdmin } from './storage-admin.js';
import type { TopologyAdmin } from '../topology/topology-admin.js';
import { Survey } from './survey.js';

export interface AdminServiceParts {
  readonly clock: Clock;
  readonly ownId: string;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly events: EventLog;
  /** What this node says of itself. */
  readonly report: () => NodeReport;
  readonly readiness: Pick<NodeReadiness, 'setDrained'>;
  /** Asks each replica of a key what it holds. */
  readonly inspect: (
    key: Uint8Array,
    namespace: string,
  ) => Promise<ReadonlyMap<string, Inspection>>;
  /** What this node keeps for others. */
  readonly hints: HintControl;
  /** What is asked of the store of this node alone. */
  readonly upkeep: StorageAdmin;
  /** Repairs that this node is asked for. */
  readonly repairs: RepairJobs;
  /** How the ring changes. */
  readonly topology: TopologyAdmin;
  /** Figures of the store of this node. */
  readonly storage: () => Promise<NodeDetailView['storage']>;
}

/** Answers every administrative question for the whole cluster, as this node sees it. */
export class AdminService {
  readonly #parts: AdminServiceParts;
  readonly #survey: Survey;
  /** What is asked of the namespaces of the cluster. */
  readonly namespaces: NamespaceAdmin;

  constructor(parts: AdminServiceParts) {
    this.#parts = parts;
    const { clock, metadata, peers, report } = parts;
    this.#survey = new Survey({ clock, peers, own: report });
    this.namespaces = new NamespaceAdmin({
      clock,
      metadata,
      survey: this.#survey,
      name: () => report().name,
    });
  }

  /** How the ring changes. */
  get topology(): TopologyAdmin {
    return this.#parts.topology;
  }

  /** What is asked of the store of this node alone. */
  get upkeep(): StorageAdmin {
    return this.#parts.upkeep;
  }

  /** Enough to join and to route; asks nobody else. */
  describe(): DescribeView {
    const view = this.#view();
    const { metadata } = view;
    const own = this.#parts.report();
    return {
      clusterId: metadata.clusterId,
      cluster: metadata.clusterName,
      nodeId: own.nodeId,
      name: own.name,
      release: own.release,
      epoch: metadata.epoch,
      opened: metadata.opened,
      replicationFactor: metadata.settings.defaultReplicationFactor,
      valueBytesMax: metadata.settings.valueBytesMax,
      nodes: metadata.members.map((member) => this.#described(member)),
      namespaces: metadata.namespaces.map((one) => ({
        name: one.name,
        copies: effectiveReplication(metadata, one),
      })),
    };
  }

  async status(): Promise<StatusView> {
    return statusView(await this.#context());
  }

  async ring(options: { readonly all: boolean }): Promise<RingView> {
    return ringView(await this.#context(), options);
  }

  async gossip(): Promise<GossipView> {
    return gossipView(await this.#context());
  }

  /** Owners of a key; `offline` computes them from the ring and asks no replica. */
  async owners(
    key: Uint8Array,
    { offline, namespace = DEFAULT_NAMESPACE.name }: OwnersQuery,
  ): Promise<OwnersView> {
    if (key.length === 0) throw new KvError('KV_KEY_INVALID', 'a key has at least one byte');
    const context = await this.#context();
    const { namespaces } = context.view.metadata;
    const place = { key, namespace: namespaceNamed(namespaces, namespace) };
    const inspections = offline ? undefined : await this.#parts.inspect(key, namespace);
    return ownersView(context, place, inspections);
  }

  /** One node in detail. @throws KvError KV_USAGE when no member has that name or id */
  async node(name: string): Promise<NodeDetailView> {
    const context = await this.#context();
    const status = statusView(context);
    const node = nodeNamed(status, name);
    if (node === undefined)
      throw unknownNode(
        name,
        status.nodes.map((one) => one.name),
      );
    return {
      viewedFrom: status.viewedFrom,
      cluster: status.cluster,
      node,
      seenBy: presentMembers(context)
        .filter((member) => member.nodeId !== node.nodeId)
        .map((member) => sightingBy(context, member, node.nodeId)),
      storage: node.viewing ? await this.#parts.storage() : [],
    };
  }

  events(options: { readonly limit: number }): readonly EventView[] {
    return this.#parts.events.after(0, options.limit);
  }

  /** Does something with the hints of this node. @throws KvError KV_USAGE for a node that has no place in the log, KV_OVERLOADED */
  async hints(action: HintsAction, target: string): Promise<HintsDone> {
    const { name: node } = this.#parts.report();
    return { node, hints: await controlHints(this.#parts.hints, action, this.#idOf(target)) };
  }

  /** Sends the clients of this node elsewhere, or takes them again. */
  drain(drained: boolean): DrainView {
    const { readiness, report, ownId } = this.#parts;
    const { name: node, queuedBytes } = report();
    if (!drained && this.#view().metadata.maintenance?.includes(ownId) === true)
      throw new KvError('KV_PLAN_REFUSED', `${node} is in maintenance, and takes no clients`, {
        hints: [`kv node maintenance ${node} off`],
      });
    readiness.setDrained(drained);
    return { node, drained, queuedBytes };
  }

  /** Plans, begins, shows or ends repairs that this node drives. @throws KvError KV_USAGE, KV_OVERLOADED, KV_STORE_FAILED */
  async repair(call: RepairCall): Promise<RepairAnswer> {
    const { name: node } = this.#parts.report();
    const { repairs } = this.#parts;
    switch (call.action) {
      case 'plan':
        return { node, plan: repairs.plan(call.scope), jobs: [] };
      case 'start': {
        const { plan, job } = await repairs.start(call.scope);
        return { node, plan, jobs: [job] };
      }
      case 'jobs':
        return { node, plan: undefined, jobs: await repairs.list(call.job) };
      case 'cancel':
        return { node, plan: undefined, jobs: await repairs.cancel(call.job) };
    }
  }

  /** One whole picture, with the events after the number given. */
  async tick(afterEvent: number): Promise<WatchTick> {
    const context = await this.#context();
    return {
      status: statusView(context),
      ring: ringView(context, { all: false }),
      gossip: gossipView(context),
      events: this.#parts.events.after(afterEvent),
    };
  }

  async #context(): Promise<ViewContext> {
    const asked = this.#view().metadata.members.filter((member) => member.state !== 'removed');
    const answers = await this.#survey.ask(asked.map((member) => member.nodeId));
    // The epoch may have moved while the others answered: the picture is made of what holds now.
    const view = this.#view();
    const { clock, ownId, liveness } = this.#parts;
    return viewContext({ view, ownId, answers, atMs: clock.wallMs() }, liveness);
  }

  #view(): ClusterView {
    const view = this.#parts.metadata.current();
    if (view !== undefined) return view;
    throw new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
  }

  /** The id of a member, also of one that was removed, by its name or id; undefined for the empty name. */
  #idOf(name: string): string | undefined {
    if (name === '') return undefined;
    const { members } = this.#view().metadata;
    const member = members.findLast((one) => one.name === name || one.nodeId === name);
    if (member === undefined)
      throw unknownNode(
        name,
        members.filter(({ state }) => state !== 'removed').map((one) => one.name),
      );
    return member.nodeId;
  }

  #described(member: Member): DescribedNode {
    const { ownId, liveness } = this.#parts;
    return {
      nodeId: member.nodeId,
      name: member.name,
      membership: member.state,
      liveness: member.nodeId === ownId ? 'up' : liveness.stateOf(member.nodeId),
      host: member.host,
      rack: member.rack,
      dc: member.dc,
      addressHost: member.addresses.host,
      clientPort: member.addresses.clientPort,
      peerPort: member.addresses.peerPort,
      httpPort: member.addresses.httpPort,
      tokens: member.tokens,
      plannedTokens: plannedTokens(this.#view().metadata, member.nodeId),
    };
  }
}

/** What a node is going to own by what is staged, or by the plan that runs. */
function plannedTokens(
  { members, plan, staged = [] }: ClusterMetadata,
  nodeId: NodeId,
): readonly number[] {
  const changes = plan?.changes ?? staged;
  const join = changes.find((one) => one.kind === 'join' && one.nodeId === nodeId);
  if (join?.kind === 'join') return join.tokens;
  const rebalance = changes.find((one) => one.kind === 'rebalance');
  const before = members.find((member) => member.nodeId === nodeId);
  if (rebalance === undefined || before === undefined) return [];
  const [after] = afterMoves([before], rebalance.moves);
  return after === undefined || after === before ? [] : after.tokens;
}

function sightingBy(
  context: ViewContext,
  observer: Member,
  nodeId: string,
): NodeDetailView['seenBy'][number] {
  const report = context.answers.get(observer.nodeId)?.report;
  const sighting = report?.sightings.find((one) => one.nodeId === nodeId);
  return {
    node: observer.name,
    liveness: sighting?.liveness,
    phi: sighting?.phi,
    heartbeatAgeMs: sighting?.heartbeatAgeMs,
  };
}
