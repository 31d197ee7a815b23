import { unreachable } from '../../../stdx/unreachable.js';
import { KvError } from '../errors.js';
import type { CountedLevel } from './consistency-level.js';
import type { ReplicaPlan } from './replica-plan.js';

/** A set of replicas of which a number must answer. */
export interface QuorumGroup {
  /** The data centre it is, or undefined for replicas anywhere. */
  readonly dc: string | undefined;
  readonly needed: number;
  /** Positions in the plan. */
  readonly members: readonly number[];
}

/** What a level asks of a plan: every group must reach its number. */
export interface Requirement {
  readonly level: CountedLevel;
  readonly groups: readonly QuorumGroup[];
}

/** More than half. */
function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** What `level` asks of `plan` for a coordinator in `localDc`, or KV_LEVEL_UNREACHABLE when the plan has too few replicas. */
export function requirementOf(
  level: CountedLevel,
  plan: ReplicaPlan,
  localDc: string,
): Requirement | KvError {
  const groups = groupsOf(level, plan, localDc);
  const short = groups.find((group) => group.needed > group.members.length);
  if (short !== undefined) return unreachableLevel(level, short);
  return { level, groups };
}

function groupsOf(level: CountedLevel, plan: ReplicaPlan, localDc: string): readonly QuorumGroup[] {
  const everywhere = plan.replicas.map((_, index) => index);
  const anywhere = (needed: number): readonly QuorumGroup[] => [
    { dc: undefined, needed, members: everywhere },
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
      return anywhere(majorityOf(everywhere.length));
    case 'all':
      // A plan without replicas is met by nobody, rather than by everybody.
      return anywhere(Math.max(1, everywhere.length));
    case 'local-one':
      return [{ dc: localDc, needed: 1, members: membersIn(plan, localDc) }];
    case 'local-quorum':
      return [quorumIn(plan, localDc)];
    case 'each-quorum':
      return eachQuorum(plan, localDc);
    default:
      return unreachable(level);
  }
}

function eachQuorum(plan: ReplicaPlan, localDc: string): readonly QuorumGroup[] {
  const dcs = [...new Set(plan.replicas.map(({ dc }) => dc))];
  return (dcs.length === 0 ? [localDc] : dcs).map((dc) => quorumIn(plan, dc));
}

function quorumIn(plan: ReplicaPlan, dc: string): QuorumGroup {
  const members = membersIn(plan, dc);
  return { dc, needed: majorityOf(members.length), members };
}

function membersIn(plan: ReplicaPlan, dc: string): readonly number[] {
  return plan.replicas.flatMap((replica, index) => (replica.dc === dc ? [index] : []));
}

function unreachableLevel(level: CountedLevel, { dc, needed, members }: QuorumGroup): KvError {
  const [where, there] = dc === undefined ? ['', ''] : [` in data centre ${dc}`, ' there'];
  const copies = members.length === 1 ? '1 copy' : `${members.length} copies`;
  return new KvError(
    'KV_LEVEL_UNREACHABLE',
    `level ${level} needs ${needed} replicas${where}, but a key has ${copies}${there}; use a lower level, or add nodes`,
  );
}
