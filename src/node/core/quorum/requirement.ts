import { unreachable } from '../../../stdx/unreachable.js';
import { KvError } from '../errors.js';
import type { CountedLevel } from './consistency-level.js';
import type { OwnerSet, ReplicaPlan } from './replica-plan.js';

/** A set of replicas of which a number must answer. */
export interface QuorumGroup {
  /** The data centre it is, or undefined for replicas anywhere. */
  readonly dc: string | undefined;
  readonly needed: number;
  /** Positions in the plan. */
  readonly members: readonly number[];
  /** The owners that these are; undefined, or absent, while the key does not move. */
  readonly of?: OwnerSet | undefined;
}

/** What a level asks of a plan: every group must reach its number. */
export interface Requirement {
  readonly level: CountedLevel;
  readonly groups: readonly QuorumGroup[];
}

/** For what a level is asked: `repair` is what a read writes back, or tells, before it answers. */
export type RequirementUse = 'read' | 'write' | 'repair';

/** Who asks, and for what. */
export interface RequirementQuery {
  /** The data centre of the coordinator. */
  readonly localDc: string;
  readonly use: RequirementUse;
}

/** More than half. */
function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/**
 * What `level` asks of `plan`, or KV_LEVEL_UNREACHABLE when the plan has too few replicas.
 *
 * While a key moves, a write needs its level among the old owners and again among the next ones, each counted by itself, and so does what a read
 * writes back. A read asks those whose copies are whole: the old owners, then the next ones. **But as long as it asks the old ones, a read of several
 * replicas needs its level among the next ones too.** That the old ones agree is not enough: a write that only they got, and that was never
 * acknowledged, would be returned by one read, and missed by the next one that asks the next owners instead; no data is moved after the
 * last comparison. What both sets agree on is on a quorum of both, and every read of either step meets it. Whoever keeps its copy counts in
 * both sets, so as a rule nobody is asked more. A read of one replica compares nothing and promises nothing: it asks the whole copies only.
 */
export function requirementOf(
  level: CountedLevel,
  plan: ReplicaPlan,
  { localDc, use }: RequirementQuery,
): Requirement | KvError {
  const groups = countedSets(level, plan, use).flatMap((set) =>
    groupsOf(level, { plan, ...set }, localDc),
  );
  const short = groups.find((group) => group.needed > group.members.length);
  if (short !== undefined) return unreachableLevel(level, short);
  return { level, groups };
}

/** How many replicas a level needs; of two sets of owners the one where it needs more, for most of them are the same. */
export function neededIn({ groups }: Requirement): number {
  const sumOf = (isMeant: (group: QuorumGroup) => boolean): number =>
    groups.filter(isMeant).reduce((sum, { needed }) => sum + needed, 0);
  return Math.max(
    sumOf((group) => group.of === 'next'),
    sumOf((group) => group.of !== 'next'),
  );
}

/** The replicas that count for both sets, for they keep their copies: undefined where only one set is counted. */
export function countingTwice(
  { move }: ReplicaPlan,
  { groups }: Requirement,
): readonly number[] | undefined {
  const isCounted = (set: OwnerSet): boolean => groups.some(({ of }) => of === set);
  if (move === undefined || !isCounted('old') || !isCounted('next')) return undefined;
  return move.old.filter((replica) => move.next.includes(replica));
}

/** Replicas among which a level is counted, and the owners that these are. */
type CountedSet = Pick<QuorumGroup, 'members' | 'of'>;

function countedSets(
  level: CountedLevel,
  { replicas, move }: ReplicaPlan,
  use: RequirementUse,
): readonly CountedSet[] {
  if (move === undefined) return [{ members: replicas.map((_, index) => index), of: undefined }];
  const old: CountedSet = { members: move.old, of: 'old' };
  const next: CountedSet = { members: move.next, of: 'next' };
  const whole = move.reads === 'old' ? old : next;
  switch (use) {
    case 'write':
      return [old, next];
    case 'repair':
      return isOfOne(level) ? [whole] : [old, next];
    case 'read':
      return isOfOne(level) || whole === next ? [whole] : [old, next];
    default:
      return unreachable(use);
  }
}

/** Whether one replica is enough: nothing is compared, and no later read needs to find as much. */
function isOfOne(level: CountedLevel): boolean {
  return level === 'one' || level === 'local-one' || level === 'any';
}

/** One set of a plan. */
interface PlannedSet extends CountedSet {
  readonly plan: ReplicaPlan;
}

function groupsOf(level: CountedLevel, set: PlannedSet, localDc: string): readonly QuorumGroup[] {
  const { members, of } = set;
  const anywhere = (needed: number): readonly QuorumGroup[] => [
    { dc: undefined, needed, members, of },
  ];
  switch (level) {
    // One replica, or a durable hint in place of all: the coordinator sees to that.
    case 'any':
    case 'one':
      return anywhere(1);
    case 'two':
      return anywhere(2);
    case 'three':
      return anywhere(3);
    case 'quorum':
      return anywhere(leftOf(set, members, majorityOf(members.length)));
    case 'all':
      // A plan without replicas is met by nobody, rather than by everybody.
      return anywhere(leftOf(set, members, Math.max(1, members.length)));
    case 'local-one':
      return [{ dc: localDc, needed: 1, members: membersIn(set, localDc), of }];
    case 'local-quorum':
      return [quorumIn(set, localDc)];
    case 'each-quorum':
      return eachQuorum(set, localDc);
    default:
      return unreachable(level);
  }
}

function eachQuorum(set: PlannedSet, localDc: string): readonly QuorumGroup[] {
  const dcs = [...new Set(set.members.map((index) => set.plan.replicas[index]!.dc))];
  return (dcs.length === 0 ? [localDc] : dcs).map((dc) => quorumIn(set, dc));
}

function quorumIn(set: PlannedSet, dc: string): QuorumGroup {
  const members = membersIn(set, dc);
  return { dc, needed: leftOf(set, members, majorityOf(members.length)), members, of: set.of };
}

/** Of replicas some of which the plan forgets, no more are needed than are left: what only the others had is given up. */
function leftOf({ plan }: PlannedSet, members: readonly number[], needed: number): number {
  const forgotten = members.filter((index) => plan.replicas[index]!.isForgotten === true);
  return forgotten.length === 0 ? needed : Math.min(needed, members.length - forgotten.length);
}

function membersIn({ plan, members }: PlannedSet, dc: string): readonly number[] {
  return members.filter((index) => plan.replicas[index]!.dc === dc);
}

function unreachableLevel(level: CountedLevel, { dc, needed, members, of }: QuorumGroup): KvError {
  const [where, there] = dc === undefined ? ['', ''] : [` in data centre ${dc}`, ' there'];
  const copies = members.length === 1 ? '1 copy' : `${members.length} copies`;
  const when = of === undefined ? '' : WHEN[of];
  return new KvError(
    'KV_LEVEL_UNREACHABLE',
    `level ${level} needs ${needed} replicas${where}, but a key has ${copies}${there}${when}; use a lower level, or add nodes`,
  );
}

const WHEN: Readonly<Record<OwnerSet, string>> = {
  old: ' until the ring has changed',
  next: ' in the ring that is to be',
};
