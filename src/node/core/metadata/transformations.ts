import { unreachable } from '../../../stdx/unreachable.js';
import { KvError } from '../errors.js';
import type {
  ClusterMetadata,
  Member,
  MetadataChange,
  MetadataEntry,
  NodeDescriptor,
  NodeId,
} from './cluster-metadata.js';
import { checkDescriptor, checkId, checkName, checkTokens } from './member-rules.js';
import { formatOf } from './metadata-format.js';
import { alterNamespace, createNamespace, DEFAULT_NAMESPACE, dropNamespace } from './namespaces.js';
import {
  beginPlan,
  discardStaged,
  limitStreams,
  pausePlan,
  stageJoin,
  stageLeave,
  stageRebalance,
  stageReplication,
  stepPlan,
} from '../topology/plan-entries.js';

type ChangeOf<K extends MetadataChange['kind']> = Extract<MetadataChange, { kind: K }>;

/** Kinds of change that this version of the code can fold; anything else must stop the node. */
const KINDS: ReadonlySet<string> = new Set([
  'init',
  'join',
  'update',
  'remove',
  'voters',
  'open',
  'create-namespace',
  'alter-namespace',
  'drop-namespace',
  'stage-join',
  'stage-leave',
  'stage-replication',
  'stage-rebalance',
  'discard',
  'begin-plan',
  'step-plan',
  'pause-plan',
  'limit-streams',
  'maintain',
  'recover',
] satisfies MetadataChange['kind'][]);

/**
 * The state after an entry, which depends on nothing but the state before it and the entry; neither is changed.
 * A proposer calls it before it proposes and a voter before it accepts, so that a decided entry always applies.
 * @throws KvError KV_FORMAT_UNKNOWN for a kind that this code does not know, else the reason for which the entry is refused
 */
export function applyEntry(
  state: ClusterMetadata | undefined,
  entry: MetadataEntry,
): ClusterMetadata {
  checkId('entry id', entry.id);
  const { change, epoch } = entry;
  if (!KINDS.has(change.kind)) throw unknownKind(change.kind, epoch);
  if (epoch !== (state?.epoch ?? 0) + 1)
    throw new KvError(
      'KV_EPOCH_CHANGED',
      `an entry for epoch ${epoch} does not follow epoch ${state?.epoch ?? 0}`,
    );
  if (change.kind === 'init') return init(state, change);
  if (state === undefined)
    throw new KvError('KV_NOT_READY', 'this node does not belong to a cluster yet');
  const minFormat = Math.max(state.minFormat, formatOf(change));
  if (change.kind === 'recover') return { ...recover(state, change, entry), epoch, minFormat };
  return { ...applyChange(state, change), epoch, minFormat };
}

/** The member with this id in any state, removed included. */
export function memberOf(state: ClusterMetadata, nodeId: NodeId): Member | undefined {
  return state.members.find((member) => member.nodeId === nodeId);
}

function applyChange(
  state: ClusterMetadata,
  change: Exclude<MetadataChange, { kind: 'init' | 'recover' }>,
): ClusterMetadata {
  switch (change.kind) {
    case 'join':
      return join(state, change);
    case 'update':
      return update(state, change.member);
    case 'remove':
      return remove(state, change.nodeId);
    case 'voters':
      return replaceVoters(state, change.voters);
    case 'open':
      return open(state);
    case 'create-namespace':
      return createNamespace(state, change.namespace);
    case 'alter-namespace':
      return alterNamespace(state, change);
    case 'drop-namespace':
      return dropNamespace(state, change.id);
    case 'stage-join': {
      // Staged anew it may take another place: what was staged of it before is void.
      const isWaiting = memberOf(state, change.member.nodeId)?.state === 'joining';
      const without = isWaiting ? discardStaged(state, change.member.nodeId) : state;
      checkNewcomer(without, change.member);
      return stageJoin(without, change);
    }
    case 'stage-leave':
      return stageLeave(state, requireMember(state, change.nodeId), change);
    case 'stage-replication':
      return stageReplication(state, change);
    case 'stage-rebalance':
      return stageRebalance(state, change);
    case 'discard':
      return discardStaged(state, change.nodeId);
    case 'begin-plan':
      return beginPlan(state);
    case 'step-plan':
      return stepPlan(state, change);
    case 'pause-plan':
      return pausePlan(state, change);
    case 'maintain':
      return maintain(state, change);
    case 'limit-streams':
      return limitStreams(state, change);
    default:
      return unreachable(change);
  }
}

function init(state: ClusterMetadata | undefined, change: ChangeOf<'init'>): ClusterMetadata {
  if (state !== undefined)
    throw new KvError('KV_ALREADY_INITIALIZED', `cluster ${state.clusterName} has begun already`);
  checkId('cluster id', change.clusterId);
  checkName('cluster name', change.clusterName);
  checkDescriptor(change.member);
  checkTokens(change.tokens, []);
  return {
    epoch: 1,
    clusterId: change.clusterId,
    clusterName: change.clusterName,
    minFormat: formatOf(change),
    members: [{ ...change.member, state: 'normal', tokens: change.tokens, joinedEpoch: 1 }],
    voters: [change.member.nodeId],
    opened: false,
    settings: change.settings,
    namespaces: [DEFAULT_NAMESPACE],
    placementEpoch: 1,
  };
}

function checkNewcomer(state: ClusterMetadata, member: NodeDescriptor): void {
  checkDescriptor(member);
  checkAdmission(state, member);
  if (memberOf(state, member.nodeId) !== undefined)
    throw new KvError('KV_JOIN_REFUSED', `${member.name} is a member already`);
}

/** Nobody holds data before `open`, so a node that joins is normal at once. */
function join(state: ClusterMetadata, change: ChangeOf<'join'>): ClusterMetadata {
  checkNewcomer(state, change.member);
  if (state.opened)
    throw new KvError(
      'KV_JOIN_REFUSED',
      `cluster ${state.clusterName} holds data: ${change.member.name} is staged, and joins by a plan`,
    );
  checkTokens(change.tokens, state.members);
  const epoch = state.epoch + 1;
  const member: Member = {
    ...change.member,
    state: 'normal',
    tokens: change.tokens,
    joinedEpoch: epoch,
  };
  return { ...state, members: [...state.members, member], placementEpoch: epoch };
}

/**
 * Ensures that the cluster may take this node as a new member now.
 * @throws KvError KV_JOIN_REFUSED, KV_IDENTITY_REMOVED
 */
export function checkAdmission(state: ClusterMetadata, joiner: NodeDescriptor): void {
  if (memberOf(state, joiner.nodeId)?.state === 'removed') throw removedIdentity(state, joiner);
  const taken = state.members.find((m) => m.name === joiner.name && m.state !== 'removed');
  if (taken !== undefined && taken.nodeId !== joiner.nodeId)
    throw new KvError(
      'KV_JOIN_REFUSED',
      `the name ${joiner.name} belongs to the member at ${taken.addresses.host}:${taken.addresses.clientPort}: ` +
        'give the new node another --name',
    );
}

/** The refusal of an identity that the cluster has removed. */
export function removedIdentity(
  state: ClusterMetadata,
  node: Pick<NodeDescriptor, 'nodeId' | 'name'>,
): KvError {
  return new KvError(
    'KV_IDENTITY_REMOVED',
    `${node.name} (${node.nodeId}) was removed from cluster ${state.clusterName}, and an identity never comes back`,
  );
}

function update(state: ClusterMetadata, descriptor: NodeDescriptor): ClusterMetadata {
  checkDescriptor(descriptor);
  const before = requireMember(state, descriptor.nodeId);
  if (before.name !== descriptor.name)
    throw new KvError('KV_CONFIG_INVALID', `the name of ${before.name} cannot change`);
  const moved = !sameLocation(before, descriptor);
  if (moved && state.opened)
    throw new KvError(
      'KV_CONFIG_INVALID',
      `${before.name} is in ${locationOf(before)} and the cluster holds data: it cannot become ${locationOf(descriptor)}`,
    );
  const member: Member = { ...before, ...descriptor };
  const epoch = state.epoch + 1;
  return {
    ...state,
    members: state.members.map((m) => (m === before ? member : m)),
    placementEpoch: moved ? epoch : state.placementEpoch,
  };
}

/** Whether two descriptors place copies alike. */
export function sameLocation(a: NodeDescriptor, b: NodeDescriptor): boolean {
  return a.host === b.host && a.rack === b.rack && a.dc === b.dc;
}

function locationOf(node: NodeDescriptor): string {
  return `host ${node.host}, rack ${node.rack}, data centre ${node.dc}`;
}

/** So many recoveries are told apart: a node that missed more of them has to be replaced. */
const RECOVERIES_KEPT = 8;

function recover(
  state: ClusterMetadata,
  { voters }: ChangeOf<'recover'>,
  { epoch, id }: Pick<MetadataEntry, 'epoch' | 'id'>,
): ClusterMetadata {
  for (const voter of voters) requireMember(state, voter);
  if (voters.length === 0 || new Set(voters).size < voters.length)
    throw new KvError('KV_CONFIG_INVALID', 'each voter votes once, and there is one at least');
  const recoveries = [...(state.recoveries ?? []), { epoch, id }].slice(-RECOVERIES_KEPT);
  return { ...state, voters: [...voters].sort(), recoveries };
}

/** Who is no member any more is left out as well. */
function maintain(state: ClusterMetadata, { nodeId, on }: ChangeOf<'maintain'>): ClusterMetadata {
  const { maintenance: before = [], ...rest } = state;
  requireMember(state, nodeId);
  const there = before.filter((id) => id !== nodeId && memberOf(state, id)?.state !== 'removed');
  const maintenance = on ? [...there, nodeId] : there;
  return maintenance.length === 0 ? rest : { ...rest, maintenance };
}

function remove(state: ClusterMetadata, nodeId: NodeId): ClusterMetadata {
  const gone = requireMember(state, nodeId);
  const members = state.members.map((m) =>
    m === gone ? { ...m, state: 'removed' as const, tokens: [] } : m,
  );
  if (members.every((m) => m.state === 'removed'))
    throw new KvError('KV_CONFIG_INVALID', `${gone.name} is the last member: stop it instead`);
  const alive = state.voters.filter((id) =>
    members.some((m) => m.nodeId === id && m.state !== 'removed'),
  );
  // Else the next change would wait for voters that will never answer again.
  if (alive.length <= state.voters.length / 2)
    throw new KvError(
      'KV_CONFIG_INVALID',
      `${gone.name} votes, and without it no majority of the voters is left: move its vote first`,
    );
  return { ...state, members, placementEpoch: state.epoch + 1 };
}

/** One voter at most comes and one at most goes per entry: a newcomer proves itself before the next one counts on it. */
function replaceVoters(state: ClusterMetadata, voters: readonly NodeId[]): ClusterMetadata {
  const bad = (why: string): KvError => new KvError('KV_CONFIG_INVALID', `the new voters ${why}`);
  if (voters.length === 0) throw bad('are none');
  if (new Set(voters).size !== voters.length) throw bad('name one node twice');
  const added = voters.filter((id) => !state.voters.includes(id));
  const left = state.voters.filter((id) => !voters.includes(id));
  if (added.length > 1 || left.length > 1) throw bad('differ in more than one node');
  if (added.length + left.length === 0) throw bad('are the old ones');
  if (added.some((id) => memberOf(state, id)?.state !== 'normal'))
    throw bad('include a node that is not a normal member');
  return { ...state, voters };
}

function open(state: ClusterMetadata): ClusterMetadata {
  if (state.opened) throw new KvError('KV_EPOCH_CHANGED', 'the cluster is open already');
  return { ...state, opened: true };
}

function requireMember(state: ClusterMetadata, nodeId: NodeId): Member {
  const member = memberOf(state, nodeId);
  if (member === undefined)
    throw new KvError('KV_CONFIG_INVALID', `no member has the id ${nodeId}`);
  if (member.state === 'removed') throw removedIdentity(state, member);
  return member;
}

function unknownKind(kind: string, epoch: number): KvError {
  return new KvError(
    'KV_FORMAT_UNKNOWN',
    `metadata entry ${epoch} is of kind ${JSON.stringify(kind)}, which this version of kv does not know`,
  );
}
