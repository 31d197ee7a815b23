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
import { requirementOf } from '../../../../../src/node/core/quorum/requirement.js';

function planOver(...dcs: readonly string[]): ReplicaPlan {
  const replicas = dcs.map((dc, i) => ({ nodeId: `node-${i}`, dc }));
  return makeReplicaPlan({ epoch: 3, namespace: 1, replicas });
}

/** The groups as text: `2 of 0,1,2`. */
function needs(level: CountedLevel, plan: ReplicaPlan, localDc = 'a'): readonly string[] | string {
  const requirement = requirementOf(level, plan, localDc);
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
      const requirement = requirementOf('quorum', plan, 'a');
      if (requirement instanceof KvError) throw requirement;
      const needed = requirement.groups[0]?.needed ?? 0;
      expect(2 * needed).toBeGreaterThan(copies);
      expect(needed).toBeLessThanOrEqual(copies);
    }
  });
});

describe('a replica plan', () => {
  it('is frozen to its leaves', () => {
    const plan = planOver('a', 'b');
    expect(Object.isFrozen(plan)).toBe(true);
    expect(Object.isFrozen(plan.replicas)).toBe(true);
    expect(plan.replicas.every((replica) => Object.isFrozen(replica))).toBe(true);
  });
});
