import { formatSize } from '../../../stdx/size.js';
import { KvError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type {
  ClusterMetadata,
  EndedPlan,
  Member,
  MetadataChange,
  NodeId,
  PlanEnd,
} from '../metadata/cluster-metadata.js';
import { checkTokens } from '../metadata/member-rules.js';
import { checkReplication } from '../metadata/namespaces.js';
import { effectiveReplication, ringMembers } from '../metadata/replication.js';
import { afterMoves } from '../ring/rebalance.js';
import { describePlanned } from './describe-plan.js';
import { jobOf } from './plan-job.js';
import { stateAfter } from './planned-state.js';
import type { PlannedChange, PlanStep, TopologyPlan } from './topology-plan.js';

type ChangeOf<K extends MetadataChange['kind']> = Extract<MetadataChange, { kind: K }>;

/** The state in which a new node waits for a plan that lets it in; whoever calls has found it fit to be a member. @throws KvError KV_JOIN_REFUSED, KV_CONFIG_INVALID */
export function stageJoin(
  state: ClusterMetadata,
  { member, tokens, replaces }: ChangeOf<'stage-join'>,
): ClusterMetadata {
  if (!state.opened)
    throw new KvError(
      'KV_JOIN_REFUSED',
      `cluster ${state.clusterName} holds no data: ${member.name} joins at once`,
    );
  const others = afterStaged(state).members;
  if (replaces === undefined) checkTokens(tokens, others);
  else checkReplaced(state, replaces, tokens);
  const joiner: Member = { ...member, state: 'joining', tokens: [], joinedEpoch: state.epoch + 1 };
  const change: PlannedChange = { kind: 'join', nodeId: member.nodeId, tokens, replaces };
  return stage({ ...state, members: [...state.members, joiner] }, change);
}

function checkReplaced(state: ClusterMetadata, nodeId: NodeId, tokens: readonly number[]): void {
  const dead = state.members.find((member) => member.nodeId === nodeId);
  if (dead?.state !== 'normal')
    throw new KvError('KV_JOIN_REFUSED', `only a member that owns ranges can be replaced`);
  if (isStaged(state, nodeId))
    throw new KvError('KV_JOIN_REFUSED', `${dead.name} leaves, or is replaced, already`);
  if (dead.tokens.length !== tokens.length || dead.tokens.some((token, i) => token !== tokens[i]))
    throw new KvError('KV_CONFIG_INVALID', `the tokens are not those of ${dead.name}`);
}

/** The state in which a member waits for a plan that lets it go. @throws KvError KV_PLAN_REFUSED */
export function stageLeave(
  state: ClusterMetadata,
  member: Member,
  how: Pick<ChangeOf<'stage-leave'>, 'isDead' | 'isForgotten'>,
): ClusterMetadata {
  if (member.state !== 'normal')
    throw refused(`${member.name} is ${member.state}: ${whyNot(state, member)}`);
  const { isDead, isForgotten } = how;
  // Who was to leave and has died meanwhile is removed instead, and who was to be removed may have to be forgotten.
  const isHarder = (one: PlannedChange): boolean =>
    one.kind === 'leave' &&
    one.nodeId === member.nodeId &&
    ((isDead && !one.isDead) || (isForgotten === true && one.isForgotten !== true));
  const staged = state.staged?.filter((one) => !isHarder(one));
  const before = { ...state, staged: staged?.length === 0 ? undefined : staged };
  if (isStaged(before, member.nodeId))
    throw refused(`${member.name} leaves, or is replaced, already`);
  const change: PlannedChange = {
    ...{ kind: 'leave', nodeId: member.nodeId, isDead },
    ...(isForgotten === true ? { isForgotten } : {}),
  };
  const after = stage(before, change);
  if (ringMembers(afterStaged(after)).length === 0)
    throw refused(`${member.name} is the last member: nobody would keep the data`);
  return after;
}

function whyNot({ plan }: ClusterMetadata, { state, name }: Member): string {
  if (state === 'removed') return 'it is no member any more';
  if (plan !== undefined)
    return `plan p-${plan.id} is about it, and can be cancelled (kv job cancel p-${plan.id})`;
  return state === 'joining'
    ? `discard ${name} instead`
    : 'only a member that owns ranges can leave';
}

/** The state in which a namespace waits for a plan that gives it other copies. @throws KvError KV_NAMESPACE_UNKNOWN, KV_PLAN_REFUSED */
export function stageReplication(
  state: ClusterMetadata,
  { namespace, replication }: ChangeOf<'stage-replication'>,
): ClusterMetadata {
  const found = state.namespaces.find(({ id }) => id === namespace);
  if (found === undefined)
    throw new KvError('KV_NAMESPACE_UNKNOWN', `no namespace has the id ${namespace}`);
  const isThere = (one: PlannedChange): boolean =>
    one.kind === 'replication' && one.namespace === namespace;
  if (state.staged?.some(isThere) === true)
    throw refused(`the replication of ${found.name} is staged already`);
  checkReplication(afterStaged(state), { name: found.name, replication });
  return stage(state, { kind: 'replication', namespace, replication });
}

/** The state in which vnodes wait for a plan that hands them on; it was computed for the ring as it is, so nothing else may be staged. @throws KvError KV_PLAN_REFUSED */
export function stageRebalance(
  state: ClusterMetadata,
  { moves }: ChangeOf<'stage-rebalance'>,
): ClusterMetadata {
  if (state.staged !== undefined)
    throw refused('another change is staged, and vnodes are handed on in the ring as it is');
  const normal = state.members.filter(({ state: is }) => is === 'normal');
  for (const { token, to } of moves) {
    const from = normal.find(({ tokens }) => tokens.includes(token));
    if (from === undefined || from.nodeId === to || normal.every(({ nodeId }) => nodeId !== to))
      throw refused('the ring has changed since these vnodes were chosen');
  }
  if (moves.length === 0 || new Set(moves.map(({ token }) => token)).size < moves.length)
    throw refused('each vnode is handed on once, and one of them at least');
  const bare = afterMoves(normal, moves).find(({ tokens }) => tokens.length === 0);
  if (bare !== undefined) throw refused(`${bare.name} would own nothing: let it leave instead`);
  return stage(state, { kind: 'rebalance', moves });
}

function stage(state: ClusterMetadata, change: PlannedChange): ClusterMetadata {
  if (state.plan !== undefined) throw refusedBeside(state.plan);
  const after = { ...state, staged: [...(state.staged ?? []), change] };
  const { namespaces, ...planned } = afterStaged(after);
  const lost = namespaces.find(
    (one) => Object.keys(effectiveReplication(planned, one)).length === 0,
  );
  if (lost !== undefined && ringMembers(planned).length > 0)
    throw refused(`namespace ${lost.name} would have no copy: no node is left where it is kept`);
  return after;
}

/** The state without what is staged of one node, or of all; those that wanted to join are no members, and may ask again. @throws KvError KV_PLAN_REFUSED */
export function discardStaged(state: ClusterMetadata, nodeId: NodeId | undefined): ClusterMetadata {
  const staged = state.staged ?? [];
  const dropped = nodeId === undefined ? staged : staged.filter((one) => nodeOf(one) === nodeId);
  if (dropped.length === 0) throw refused('nothing is staged');
  const left = staged.filter((one) => !dropped.includes(one));
  const joiners = dropped.flatMap((one) => (one.kind === 'join' ? [one.nodeId] : []));
  const { staged: _, ...rest } = state;
  return {
    ...rest,
    members: state.members.filter((member) => !joiners.includes(member.nodeId)),
    ...(left.length === 0 ? {} : { staged: left }),
  };
}

/** The state in which all that is staged is a plan that is prepared. @throws KvError KV_PLAN_REFUSED */
export function beginPlan(state: ClusterMetadata): ClusterMetadata {
  if (state.plan !== undefined) throw refusedBeside(state.plan);
  const { staged: changes, ...rest } = state;
  if (changes === undefined) throw refused('nothing is staged');
  const epoch = state.epoch + 1;
  const going = goingIn(changes);
  return {
    ...rest,
    // Whoever leaves gives its vote away from now on.
    members: state.members.map((member) =>
      going.has(member.nodeId) ? { ...member, state: 'leaving' } : member,
    ),
    plan: { id: epoch, step: 'prepare', stepEpoch: epoch, changes, paused: false },
  };
}

const FOLLOWS: Readonly<Record<PlanStep, PlanStep | 'done'>> = {
  prepare: 'write-both',
  'write-both': 'read-new',
  'read-new': 'done',
};

/** The state of the next step, or after the end of the plan. @throws KvError KV_EPOCH_CHANGED when the plan is elsewhere, KV_PLAN_REFUSED */
export function stepPlan(
  state: ClusterMetadata,
  { plan: id, to }: ChangeOf<'step-plan'>,
): ClusterMetadata {
  const plan = requirePlan(state, id);
  if (to === 'cancelled') return cancelPlan(state, plan);
  if (FOLLOWS[plan.step] !== to)
    throw new KvError(
      'KV_EPOCH_CHANGED',
      `plan ${id} is in step ${plan.step}: ${to} does not follow`,
    );
  const epoch = state.epoch + 1;
  if (to !== 'done')
    return { ...state, plan: { ...plan, step: to, stepEpoch: epoch }, placementEpoch: epoch };
  const going = goingIn(plan.changes);
  if (state.voters.some((voter) => going.has(voter)))
    throw refused('a node that leaves has not given its vote away yet');
  const { plan: _, ...rest } = state;
  const ended = endedWith(state, plan, 'done');
  return { ...stateAfter(rest, plan.changes), placementEpoch: epoch, ended };
}

/** Who was to join never comes back, for it may hold records by now; who was to leave stays. */
function cancelPlan(state: ClusterMetadata, plan: TopologyPlan): ClusterMetadata {
  if (plan.step === 'read-new')
    throw refused(`plan ${plan.id} is nearly done: all data is moved and reads ask the new owners`);
  const joiners = new Set(plan.changes.flatMap((one) => (one.kind === 'join' ? [one.nodeId] : [])));
  const going = goingIn(plan.changes);
  const { plan: _, ...rest } = state;
  return {
    ...rest,
    members: state.members.map((member) => {
      if (joiners.has(member.nodeId)) return { ...member, state: 'removed' };
      return going.has(member.nodeId) ? { ...member, state: 'normal' } : member;
    }),
    placementEpoch: state.epoch + 1,
    ended: endedWith(state, plan, 'cancelled'),
  };
}

/** So many plans are remembered after their end, for those who come to ask how it was. */
const ENDED_KEPT = 8;

function endedWith(
  state: ClusterMetadata,
  { id, changes }: TopologyPlan,
  end: PlanEnd,
): readonly EndedPlan[] {
  const texts = changes.map((change) => describePlanned(state, change));
  const ended = { id, end, epoch: state.epoch + 1, changes: texts };
  return [...(state.ended ?? []), ended].slice(-ENDED_KEPT);
}

/** The state in which the plan waits, or goes on. @throws KvError KV_EPOCH_CHANGED, KV_PLAN_REFUSED */
export function pausePlan(
  state: ClusterMetadata,
  { plan: id, paused, pausedFor }: ChangeOf<'pause-plan'>,
): ClusterMetadata {
  const { pausedFor: before, ...plan } = requirePlan(state, id);
  // What somebody has paused stays so until somebody resumes it; what waits for a node may be paused for longer.
  if (plan.paused === paused && (before === undefined || pausedFor !== undefined))
    throw refused(`plan ${id} ${paused ? 'is paused already' : 'is not paused'}`);
  return { ...state, plan: { ...plan, paused, ...(pausedFor === undefined ? {} : { pausedFor }) } };
}

/** The state in which records are moved at another rate. @throws KvError KV_CONFIG_INVALID */
export function limitStreams(
  state: ClusterMetadata,
  { bytesPerSecond }: ChangeOf<'limit-streams'>,
): ClusterMetadata {
  const { streamBytesPerSecond: _, ...rest } = state;
  if (bytesPerSecond === undefined) return rest;
  const [least, most] = [LIMITS.planLeastBytesPerSecond, LIMITS.planMostBytesPerSecond];
  if (bytesPerSecond < least || bytesPerSecond > most)
    throw new KvError(
      'KV_CONFIG_INVALID',
      `records are moved at ${formatSize(least)}/s to ${formatSize(most)}/s, not at ${formatSize(bytesPerSecond)}/s`,
    );
  return { ...rest, streamBytesPerSecond: bytesPerSecond };
}

function requirePlan({ plan }: ClusterMetadata, id: number): TopologyPlan {
  if (plan?.id === id) return plan;
  throw new KvError('KV_EPOCH_CHANGED', `plan ${id} is not under way`);
}

/** The state as all that is staged would leave it. */
export function afterStaged(state: ClusterMetadata): ClusterMetadata {
  return stateAfter(state, state.staged ?? []);
}

function isStaged(state: ClusterMetadata, nodeId: NodeId): boolean {
  return goingIn(state.staged ?? []).has(nodeId);
}

/** Those that own ranges before and none after: they leave, or are replaced. */
function goingIn(changes: readonly PlannedChange[]): ReadonlySet<NodeId> {
  const ids = changes.flatMap((one) => {
    if (one.kind === 'leave') return [one.nodeId];
    return one.kind === 'join' && one.replaces !== undefined ? [one.replaces] : [];
  });
  return new Set(ids);
}

function nodeOf(change: PlannedChange): NodeId | undefined {
  return 'nodeId' in change ? change.nodeId : undefined;
}

function refusedBeside(plan: TopologyPlan): KvError {
  const job = jobOf(plan);
  return new KvError('KV_PLAN_REFUSED', `plan ${job} is under way, and there is one at a time`, {
    hints: [`kv job watch ${job}`],
  });
}

function refused(message: string): KvError {
  return new KvError('KV_PLAN_REFUSED', message);
}
