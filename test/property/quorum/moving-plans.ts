import fc from 'fast-check';
import { KvError } from '../../../src/node/core/errors.js';
import type { CountedLevel } from '../../../src/node/core/quorum/consistency-level.js';
import { makeReplicaPlan, type ReplicaPlan } from '../../../src/node/core/quorum/replica-plan.js';
import {
  requirementOf,
  type Requirement,
  type RequirementUse,
} from '../../../src/node/core/quorum/requirement.js';

/** Nodes by their numbers; two sets of owners among them that are not the same. */
export interface Move {
  readonly dcs: readonly string[];
  readonly old: readonly number[];
  readonly next: readonly number[];
}

/** The plans that requests are made by, in their order: the ring as it was, the two steps between, and the ring after the plan. */
export const STEPS = ['old', 'write-both', 'read-new', 'new'] as const;

export type Step = (typeof STEPS)[number];

/** A pair of levels of which the second one sees what the first one wrote. */
export interface Levels {
  readonly write: CountedLevel;
  readonly read: CountedLevel;
}

const LEVELS: readonly Levels[] = [
  { write: 'quorum', read: 'quorum' },
  { write: 'quorum', read: 'all' },
  { write: 'all', read: 'quorum' },
  { write: 'each-quorum', read: 'each-quorum' },
  { write: 'each-quorum', read: 'local-quorum' },
  { write: 'each-quorum', read: 'quorum' },
  { write: 'local-quorum', read: 'local-quorum' },
];

export const arbitraryLevels: fc.Arbitrary<Levels> = fc.constantFrom(...LEVELS);

/** Up to five copies before and after on up to six nodes; in two data centres now and then, of which both sets have nodes. */
export const arbitraryMove: fc.Arbitrary<Move> = fc
  .record({
    dcs: fc.array(fc.constantFrom('a', 'a', 'b'), { minLength: 2, maxLength: 6 }),
    isOne: fc.constantFrom(true, true, false),
  })
  .map(({ dcs, isOne }) => (isOne ? dcs.map(() => 'a') : ['a', ...dcs.slice(1)]))
  .chain((dcs) => {
    const set = fc.shuffledSubarray([...dcs.keys()], {
      minLength: 1,
      maxLength: Math.min(5, dcs.length),
    });
    return fc.record({ dcs: fc.constant(dcs), old: set, next: set });
  })
  .filter(({ dcs, old, next }) => {
    const centresOf = (set: readonly number[]): string =>
      ['a', 'b'].filter((dc) => set.some((node) => dcs[node] === dc)).join();
    const isSame = old.length === next.length && old.every((node) => next.includes(node));
    return !isSame && centresOf(old) === centresOf(next) && centresOf(old).includes('a');
  });

/** The plan of a step; its replicas are named `0`, `1` ... by their nodes. */
export function planIn({ dcs, old, next }: Move, step: Step): ReplicaPlan {
  const placesOf = (nodes: readonly number[]): ReplicaPlan['replicas'] =>
    nodes.map((node) => ({ nodeId: String(node), dc: dcs[node]! }));
  const parts = { epoch: 1, namespace: 1 };
  if (step === 'old' || step === 'new')
    return makeReplicaPlan({ ...parts, replicas: placesOf(step === 'old' ? old : next) });
  const write = [...old, ...next.filter((node) => !old.includes(node))];
  const positions = (set: readonly number[]): readonly number[] =>
    set.map((node) => write.indexOf(node));
  return makeReplicaPlan({
    ...parts,
    replicas: placesOf(write),
    move: {
      old: positions(old),
      next: positions(next),
      reads: step === 'read-new' ? 'next' : 'old',
    },
  });
}

/** What a level asks in a step, of a coordinator in data centre a. */
export function askedIn(
  move: Move,
  step: Step,
  { level, use }: { readonly level: CountedLevel; readonly use: RequirementUse },
): Requirement {
  const requirement = requirementOf(level, planIn(move, step), { localDc: 'a', use });
  if (requirement instanceof KvError) throw requirement;
  return requirement;
}

/** Whether these nodes are enough. */
export function isMetBy(
  plan: ReplicaPlan,
  { groups }: Requirement,
  has: (node: number) => boolean,
): boolean {
  const matches = (place: number): boolean => has(Number(plan.replicas[place]!.nodeId));
  return groups.every(({ members, needed }) => members.filter(matches).length >= needed);
}
