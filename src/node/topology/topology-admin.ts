import { KvError } from '../core/errors.js';
import type {
  ClusterMetadata,
  Member,
  MetadataChange,
  NodeId,
} from '../core/metadata/cluster-metadata.js';
import { namespaceNamed } from '../core/metadata/namespaces.js';
import { applyEntry } from '../core/metadata/transformations.js';
import { describePlanned } from '../core/topology/describe-plan.js';
import { jobOf } from '../core/topology/plan-job.js';
import { blockersOf } from '../core/topology/plan-blockers.js';
import { ownedRanges } from '../core/topology/owner-ranges.js';
import type { PlannedChange } from '../core/topology/topology-plan.js';
import type { NodeReport } from '../core/views/node-views.js';
import type {
  PlanCheck,
  PlanPreview,
  TopologyChange,
  TopologyOrder,
  TopologyView,
} from '../core/views/topology-views.js';
import { clusterViewOf } from '../metadata/cluster-view.js';
import type { ClusterView, LivenessService, MetadataService } from '../services.js';
import { checksOf } from './plan-checks.js';
import { afterLostVoters } from './lost-voters.js';
import { plannedViews } from './planned-views.js';
import { previewOf, type PlanKnowledge } from './plan-preview.js';

export interface TopologyAdminParts {
  readonly ownId: NodeId;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  /** The reports of all members that answer. */
  readonly ask: () => Promise<ReadonlyMap<NodeId, NodeReport>>;
  /** Gives the log other voters; all of the electorate must agree. */
  readonly recover: (
    order: { readonly electorate: readonly NodeId[]; readonly voters: readonly NodeId[] },
    remainingMs: number,
  ) => Promise<unknown>;
  /** The name of this node. */
  readonly name: () => string;
}

/** An order that is carried out by entries of the log. */
interface LoggedOrder extends Pick<TopologyOrder, 'commit'> {
  readonly change: Exclude<TopologyChange, { action: 'recover' }>;
}

/** Entries that are tried out before they are proposed need an id; nobody sees it. */
const TRIED = '0000000000000000';

/** Shows how the ring is to change, or changes, and takes orders about it. */
export class TopologyAdmin {
  readonly #parts: TopologyAdminParts;

  constructor(parts: TopologyAdminParts) {
    this.#parts = parts;
  }

  /** @throws KvError KV_NOT_READY before the node is in a cluster */
  async view(): Promise<TopologyView> {
    return this.#viewOf(this.#current().metadata, await this.#knowledge());
  }

  /**
   * Stages, discards, begins, pauses or cancels, and gives what has come of it.
   * @throws KvError KV_PLAN_REFUSED, KV_USAGE for a node that nobody has, KV_NAMESPACE_UNKNOWN, KV_EPOCH_CHANGED, KV_NO_VOTER_MAJORITY
   */
  async change(order: TopologyOrder, remainingMs: number): Promise<TopologyView> {
    const knowledge = await this.#knowledge();
    const before = this.#current().metadata;
    const { change: wanted, commit } = order;
    if (wanted.action === 'recover') {
      const after = afterLostVoters(this.#current(), knowledge, wanted.isMinorityMeant);
      if (!order.dryRun) await this.#parts.recover(after, remainingMs);
      return this.#viewOf(this.#current().metadata, knowledge);
    }
    const logged: LoggedOrder = { change: wanted, commit };
    if (order.commit) refuseBesides(before, order.change);
    if (order.change.action === 'resume') refuseWithout(before, knowledge);
    if (order.change.action === 'maintain' && order.checks !== 'skip')
      refuseOutage(this.#current(), order.change.node, knowledge);
    const begins = order.commit || order.change.action === 'commit';
    const tried = this.#entriesOf(before, logged)
      .filter((change) => !isDone(before, change))
      .reduce(tryOut, before);
    if (begins) this.#check(tried, before, { order, knowledge });
    if (order.dryRun) return this.#viewOf(tried, knowledge);
    const { metadata } = this.#parts;
    const { expected = textsOf(tried, tried.plan?.changes) } = order;
    for (const change of this.#entriesOf(before, logged))
      await metadata.change((view) => {
        if (change.kind === 'begin-plan') refuseUnseen(view.metadata, expected);
        return isDone(view.metadata, change) ? undefined : change;
      }, remainingMs);
    return this.#viewOf(this.#current().metadata, knowledge);
  }

  #check(
    after: ClusterMetadata,
    before: ClusterMetadata,
    { order, knowledge }: { readonly order: TopologyOrder; readonly knowledge: PlanKnowledge },
  ): void {
    const { checks } = this.#previewOf(after, before.plan?.id, knowledge) ?? { checks: [] };
    const blockers = blockersOf(checks, order.checks);
    if (blockers.length === 0 || order.dryRun) return;
    throw new KvError(
      'KV_PLAN_REFUSED',
      `the plan was not begun: ${blockers.map(({ message }) => message).join('; ')}`,
      { hints: ['kv cluster plan', 'kv status'] },
    );
  }

  #entriesOf(state: ClusterMetadata, { change, commit }: LoggedOrder): readonly MetadataChange[] {
    const entry = entryOf(state, change);
    return commit && entry.kind !== 'begin-plan' ? [entry, { kind: 'begin-plan' }] : [entry];
  }

  async #knowledge(): Promise<PlanKnowledge> {
    const { liveness, ask } = this.#parts;
    return { reports: await ask(), stateOf: (nodeId) => liveness.stateOf(nodeId) };
  }

  #viewOf(state: ClusterMetadata, knowledge: PlanKnowledge): TopologyView {
    const { reports, stateOf } = knowledge;
    return {
      viewedFrom: this.#parts.name(),
      cluster: state.clusterName,
      epoch: state.epoch,
      ...plannedViews(state, { stateOf, reportOf: (nodeId) => reports.get(nodeId) }),
      preview: this.#previewOf(state, undefined, knowledge),
      ended: state.ended ?? [],
    };
  }

  /** Of the plan that runs, or of what is staged as if it began now. */
  #previewOf(
    state: ClusterMetadata,
    running: number | undefined,
    knowledge: PlanKnowledge,
  ): PlanPreview | undefined {
    const { plan, staged } = state;
    const changes = plan?.changes ?? staged;
    if (changes === undefined) return undefined;
    const prepared = plan ?? { id: 0, step: 'prepare', stepEpoch: 0, changes, paused: false };
    const view = clusterViewOf({ ...state, plan: prepared });
    const figures = previewOf(view, knowledge);
    const judged = { view, changes, nodes: figures.nodes, running };
    // A plan that runs was judged when it began.
    const checks: readonly PlanCheck[] =
      plan === undefined || plan.id > this.#current().metadata.epoch
        ? checksOf(judged, knowledge)
        : [];
    return { ...figures, checks };
  }

  #current(): ClusterView {
    const view = this.#parts.metadata.current();
    if (view !== undefined) return view;
    throw new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
  }
}

function tryOut(state: ClusterMetadata, change: MetadataChange): ClusterMetadata {
  return applyEntry(state, { epoch: state.epoch + 1, id: TRIED, change });
}

/** A pause, or a maintenance, or its end, that somebody has asked for already, by a lost answer or beside us, is not made again. */
function isDone({ plan, maintenance = [] }: ClusterMetadata, change: MetadataChange): boolean {
  if (change.kind === 'maintain') return maintenance.includes(change.nodeId) === change.on;
  return (
    change.kind === 'pause-plan' &&
    plan?.id === change.plan &&
    plan.paused === change.paused &&
    plan.pausedFor === undefined
  );
}

/** It would be paused again at once. @throws KvError KV_PLAN_REFUSED */
function refuseWithout({ plan, members }: ClusterMetadata, { stateOf }: PlanKnowledge): void {
  if (plan?.pausedFor === undefined || stateOf(plan.pausedFor) === 'up') return;
  const name = members.find(({ nodeId }) => nodeId === plan.pausedFor)?.name ?? plan.pausedFor;
  throw new KvError(
    'KV_PLAN_REFUSED',
    `${name} joins and is down: ${jobOf(plan)} goes on by itself when it is back`,
    { hints: [`kv node show ${name}`, `kv job cancel ${jobOf(plan)}`] },
  );
}

/** With the node down some ranges would have no quorum of their owners, now or in the ring that is to be. @throws KvError KV_PLAN_REFUSED */
function refuseOutage(view: ClusterView, name: string, { stateOf }: PlanKnowledge): void {
  const { metadata } = view;
  const { nodeId } = memberNamed(metadata, name);
  const serves = (id: NodeId): boolean =>
    id !== nodeId && stateOf(id) === 'up' && metadata.maintenance?.includes(id) !== true;
  const isShort = (set: readonly NodeId[]): boolean =>
    set.includes(nodeId) && set.filter(serves).length < Math.floor(set.length / 2) + 1;
  const short = metadata.namespaces.flatMap((namespace) => {
    const count = ownedRanges(view, namespace).filter(({ owners }) =>
      [owners.old, owners.next].some(isShort),
    ).length;
    return count === 0 ? [] : [`${count} ranges of ${namespace.name}`];
  });
  if (short.length === 0) return;
  throw new KvError(
    'KV_PLAN_REFUSED',
    `without ${name}, ${short.join(' and ')} would have no quorum: bring the others back first`,
    { hints: ['kv status', '--checks skip'] },
  );
}

/** What would be begun together with a change that its caller has not seen. @throws KvError KV_PLAN_REFUSED */
function refuseBesides(state: ClusterMetadata, change: TopologyChange): void {
  if (change.action === 'commit') return;
  // Whoever is to replace a node is staged already: it waits to join.
  const by = change.action === 'replace' ? memberNamed(state, change.by).nodeId : undefined;
  const staged = (state.staged ?? []).filter((one) => one.kind !== 'join' || one.nodeId !== by);
  if (staged.length === 0) return;
  const others = staged.length === 1 ? 'another change is' : `${staged.length} other changes are`;
  throw new KvError(
    'KV_PLAN_REFUSED',
    `${others} staged: stage this one too and commit all of them, or discard them first`,
    { hints: ['kv cluster plan', 'kv cluster commit', 'kv cluster discard'] },
  );
}

/** What somebody has staged since the changes were shown, or checked, is not begun with them. @throws KvError KV_PLAN_REFUSED */
function refuseUnseen(state: ClusterMetadata, expected: readonly string[]): void {
  const staged = textsOf(state, state.staged);
  const unseen = staged.filter((text) => !expected.includes(text));
  const gone = expected.filter((text) => !staged.includes(text));
  // Without anything staged it is told why no plan begins.
  if (staged.length === 0 || (unseen.length === 0 && gone.length === 0)) return;
  const what = [
    ...unseen.map((text) => `${text} was staged`),
    ...gone.map((text) => `${text} was taken back`),
  ];
  throw new KvError('KV_PLAN_REFUSED', `the plan is another one by now: ${what.join('; ')}`, {
    hints: ['kv cluster plan'],
  });
}

function textsOf(
  state: ClusterMetadata,
  changes: readonly PlannedChange[] = [],
): readonly string[] {
  return changes.map((change) => describePlanned(state, change));
}

function entryOf(state: ClusterMetadata, change: LoggedOrder['change']): MetadataChange {
  switch (change.action) {
    case 'leave':
    case 'remove':
    case 'forget': {
      const { nodeId } = memberNamed(state, change.node);
      const leave = { kind: 'stage-leave', nodeId, isDead: change.action !== 'leave' } as const;
      return change.action === 'forget' ? { ...leave, isForgotten: true } : leave;
    }
    case 'replace':
      return replaceEntry(state, change);
    case 'replicate': {
      const { id } = namespaceNamed(state.namespaces, change.namespace);
      return { kind: 'stage-replication', namespace: id, replication: change.replication };
    }
    case 'rebalance': {
      const moves = change.moves.map(({ token, to }) => {
        return { token, to: memberNamed(state, to).nodeId };
      });
      return { kind: 'stage-rebalance', moves };
    }
    case 'discard': {
      const { node } = change;
      const nodeId = node === undefined ? undefined : memberNamed(state, node).nodeId;
      return { kind: 'discard', nodeId };
    }
    case 'commit':
      return { kind: 'begin-plan' };
    case 'maintain':
    case 'serve': {
      const { nodeId } = memberNamed(state, change.node);
      return { kind: 'maintain', nodeId, on: change.action === 'maintain' };
    }
    case 'limit':
      return { kind: 'limit-streams', bytesPerSecond: change.bytesPerSecond };
    case 'pause':
    case 'resume':
      return { kind: 'pause-plan', plan: change.plan, paused: change.action === 'pause' };
    case 'cancel':
      return { kind: 'step-plan', plan: change.plan, to: 'cancelled' };
  }
}

/** The newcomer is staged already, to join with tokens of its own: it is staged anew, with those of the dead one. */
function replaceEntry(
  state: ClusterMetadata,
  { node, by }: Extract<TopologyChange, { action: 'replace' }>,
): MetadataChange {
  const dead = memberNamed(state, node);
  const newcomer = memberNamed(state, by);
  if (newcomer.state !== 'joining')
    throw new KvError(
      'KV_PLAN_REFUSED',
      `${by} is a member that owns ranges: start a new node with --join, and name that one`,
    );
  const { state: _state, tokens: _tokens, joinedEpoch: _joined, ...member } = newcomer;
  return { kind: 'stage-join', member, tokens: dead.tokens, replaces: dead.nodeId };
}

function memberNamed({ members, clusterName }: ClusterMetadata, name: string): Member {
  const found = members.find((member) => member.name === name && member.state !== 'removed');
  if (found !== undefined) return found;
  throw new KvError('KV_USAGE', `${clusterName} has no node called ${name}`, {
    hints: ['kv node list'],
  });
}
