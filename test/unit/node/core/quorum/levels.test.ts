import { describe, expect, it } from 'vitest';
import { KvError } from '../../../../../src/node/core/errors.js';
import {
  CONSISTENCY_LEVELS,
  parseLevel,
  type CountedLevel,
} from '../../../../../src/node/core/quorum/consistency-level.js';
import {
  makeReplicaPlan,
  type ReplicaPlan,
} from '../../../../../src/node/core/quorum/replica-plan.js';
import {
  neededIn,
  requirementOf,
  type RequirementUse,
} from '../../../../../src/node/core/quorum/requirement.js';

function planOver(...dcs: readonly string[]): ReplicaPlan {
  const replicas = dcs.map((dc, i) => ({ nodeId: `node-${i}`, dc }));
  return makeReplicaPlan({ epoch: 3, namespace: 1, replicas });
}

/** The groups as text: `2 of 0,1,2`. */
function needs(level: CountedLevel, plan: ReplicaPlan, localDc = 'a'): readonly string[] | string {
  const requirement = requirementOf(level, plan, { localDc, use: 'read' });
  if (requirement instanceof KvError) return requirement.code;
  return requirement.groups.map(({ needed, members }) => `${needed} of ${members.join()}`);
}

describe('consistency levels', () => {
  it('are known by their names', () => {
    const refused = new Set(['serial', 'local-serial']);
    for (const level of CONSISTENCY_LEVELS) {
      const parsed = parseLevel(level);
      if (refused.has(level)) expect(parsed).toMatchObject({ code: 'KV_LEVEL_NOT_HERE' });
      else expect(parsed).toBe(level);
    }
  });

  it('that do not exist name the nearest', () => {
    expect(parseLevel('qourum')).toMatchObject({
      code: 'KV_LEVEL_UNKNOWN',
      message: expect.stringContaining('did you mean quorum?') as unknown,
    });
    expect(parseLevel('xxxxxxxx')).toMatchObject({
      code: 'KV_LEVEL_UNKNOWN',
      message: expect.not.stringContaining('did you mean') as unknown,
    });
    expect(parseLevel('toString')).toMatchObject({ code: 'KV_LEVEL_UNKNOWN' });
  });

  it('need these of three replicas in one data centre', () => {
    const plan = planOver('a', 'a', 'a');
    const expected = {
      any: ['1 of 0,1,2'],
      one: ['1 of 0,1,2'],
      two: ['2 of 0,1,2'],
      three: ['3 of 0,1,2'],
      quorum: ['2 of 0,1,2'],
      all: ['3 of 0,1,2'],
      'local-one': ['1 of 0,1,2'],
      'local-quorum': ['2 of 0,1,2'],
      'each-quorum': ['2 of 0,1,2'],
    } as const satisfies Record<CountedLevel, readonly string[]>;
    for (const level of Object.keys(expected) as CountedLevel[])
      expect(needs(level, plan), level).toEqual(expected[level]);
  });

  it('need these of replicas in two data centres', () => {
    const plan = planOver('a', 'b', 'a', 'b', 'a');
    expect(needs('quorum', plan)).toEqual(['3 of 0,1,2,3,4']);
    expect(needs('all', plan)).toEqual(['5 of 0,1,2,3,4']);
    expect(needs('local-one', plan, 'b')).toEqual(['1 of 1,3']);
    expect(needs('local-quorum', plan, 'b')).toEqual(['2 of 1,3']);
    expect(needs('local-quorum', plan, 'a')).toEqual(['2 of 0,2,4']);
    expect(needs('each-quorum', plan)).toEqual(['2 of 0,2,4', '2 of 1,3']);
  });

  it('that need more replicas than there are cannot be met', () => {
    expect(needs('three', planOver('a', 'a'))).toBe('KV_LEVEL_UNREACHABLE');
    expect(needs('two', planOver('a'))).toBe('KV_LEVEL_UNREACHABLE');
    expect(needs('local-one', planOver('a'), 'b')).toBe('KV_LEVEL_UNREACHABLE');
    for (const level of ['one', 'quorum', 'all', 'local-quorum', 'each-quorum'] as const)
      expect(needs(level, planOver()), level).toBe('KV_LEVEL_UNREACHABLE');
  });

  it('a quorum of writers and a quorum of readers share a replica, at any replication', () => {
    for (let copies = 1; copies <= 9; copies++) {
      const plan = planOver(...Array.from({ length: copies }, () => 'a'));
      const requirement = requirementOf('quorum', plan, { localDc: 'a', use: 'write' });
      if (requirement instanceof KvError) throw requirement;
      const needed = requirement.groups[0]?.needed ?? 0;
      expect(2 * needed).toBeGreaterThan(copies);
      expect(needed).toBeLessThanOrEqual(copies);
    }
  });
});

describe('levels of a key that moves', () => {
  const USES = ['read', 'write', 'repair'] as const;

  /** Four places: 0 loses its copy, 1 and 2 keep theirs, 3 gets one. */
  function movingPlan(reads: 'old' | 'next', dcs = ['a', 'a', 'a', 'a']): ReplicaPlan {
    const replicas = dcs.map((dc, i) => ({ nodeId: `node-${i}`, dc }));
    const move = { old: [0, 1, 2], next: [1, 2, 3], reads };
    return makeReplicaPlan({ epoch: 3, namespace: 1, replicas, move });
  }

  /** The groups as text: `old 2 of 0,1,2`. */
  function asked(level: CountedLevel, plan: ReplicaPlan, use: RequirementUse): string {
    const requirement = requirementOf(level, plan, { localDc: 'a', use });
    if (requirement instanceof KvError) return requirement.message;
    return requirement.groups
      .map(({ of, needed, members }) => `${String(of)} ${needed} of ${members.join()}`)
      .join(' and ');
  }

  it('are asked of both sets for a write, and for what a read writes back', () => {
    for (const reads of ['old', 'next'] as const)
      for (const use of ['write', 'repair'] as const) {
        const plan = movingPlan(reads);
        expect(asked('quorum', plan, use)).toBe('old 2 of 0,1,2 and next 2 of 1,2,3');
        expect(asked('all', plan, use)).toBe('old 3 of 0,1,2 and next 3 of 1,2,3');
      }
    expect(asked('one', movingPlan('old'), 'write')).toBe('old 1 of 0,1,2 and next 1 of 1,2,3');
  });

  it('are asked by a read of those whose copies are whole, and of both as long as those are the old ones', () => {
    expect(asked('quorum', movingPlan('old'), 'read')).toBe('old 2 of 0,1,2 and next 2 of 1,2,3');
    expect(asked('quorum', movingPlan('next'), 'read')).toBe('next 2 of 1,2,3');
  });

  it('that one replica is enough for are asked of a whole copy only, and bring nothing to others', () => {
    for (const level of ['one', 'local-one'] as const)
      for (const use of ['read', 'repair'] as const) {
        expect(asked(level, movingPlan('old'), use)).toBe('old 1 of 0,1,2');
        expect(asked(level, movingPlan('next'), use)).toBe('next 1 of 1,2,3');
      }
  });

  it('need no more of the old owners than are left where the plan forgets some', () => {
    const { replicas, ...plan } = movingPlan('old');
    const without = (...forgotten: readonly number[]): ReplicaPlan =>
      makeReplicaPlan({
        ...plan,
        replicas: replicas.map((one, i) =>
          forgotten.includes(i) ? { ...one, isForgotten: true } : one,
        ),
      });
    expect(asked('quorum', without(0), 'write')).toBe('old 2 of 0,1,2 and next 2 of 1,2,3');
    expect(asked('all', without(0), 'write')).toBe('old 2 of 0,1,2 and next 3 of 1,2,3');
    expect(asked('quorum', without(0, 1), 'read')).toMatch(/^old 1 of 0,1,2 and next /);
    expect(asked('two', without(0, 1), 'read')).toMatch(/^old 2 of 0,1,2 and /);
  });

  it('are counted in each data centre of each set', () => {
    const plan = movingPlan('old', ['a', 'b', 'a', 'b']);
    expect(asked('each-quorum', plan, 'write')).toBe(
      'old 2 of 0,2 and old 1 of 1 and next 2 of 1,3 and next 1 of 2',
    );
    expect(asked('local-quorum', plan, 'write')).toBe('old 2 of 0,2 and next 1 of 2');
  });

  it('that one of the sets is too small for cannot be met', () => {
    const replicas = ['a', 'a', 'a'].map((dc, i) => ({ nodeId: `node-${i}`, dc }));
    const parts = { epoch: 3, namespace: 1, replicas };
    const growing = makeReplicaPlan({
      ...parts,
      move: { old: [0], next: [0, 1, 2], reads: 'next' },
    });
    expect(asked('two', growing, 'write')).toBe(
      'level two needs 2 replicas, but a key has 1 copy until the ring has changed; use a lower level, or add nodes',
    );
    expect(asked('two', growing, 'read')).toBe('next 2 of 0,1,2');
    const shrinking = makeReplicaPlan({
      ...parts,
      move: { old: [0, 1, 2], next: [0], reads: 'old' },
    });
    expect(asked('two', shrinking, 'write')).toContain('has 1 copy in the ring that is to be;');
  });

  it('need the same of both uses when nothing moves', () => {
    for (const use of USES)
      expect(asked('quorum', planOver('a', 'a', 'a'), use)).toBe('undefined 2 of 0,1,2');
  });

  it('need as many replicas as the larger of the sets does', () => {
    const ask = (plan: ReplicaPlan): number => {
      const requirement = requirementOf('each-quorum', plan, { localDc: 'a', use: 'write' });
      if (requirement instanceof KvError) throw requirement;
      return neededIn(requirement);
    };
    expect(ask(movingPlan('old', ['a', 'b', 'a', 'b']))).toBe(3);
    expect(ask(movingPlan('next'))).toBe(2);
    expect(ask(planOver('a', 'a', 'a', 'b', 'b'))).toBe(4);
  });
});

describe('a replica plan', () => {
  it('is frozen to its leaves', () => {
    const plan = planOver('a', 'b');
    expect(Object.isFrozen(plan)).toBe(true);
    expect(Object.isFrozen(plan.replicas)).toBe(true);
    expect(plan.replicas.every((replica) => Object.isFrozen(replica))).toBe(true);
    const move = { old: [0], next: [1], reads: 'old' } as const;
    const moving = makeReplicaPlan({ ...plan, move }).move;
    expect(moving).toEqual(move);
    expect([moving, moving?.old, moving?.next].every((part) => Object.isFrozen(part))).toBe(true);
  });
});
