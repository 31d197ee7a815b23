import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type {
  RepairQuestion,
  RepairReply,
} from '../../../../src/node/core/repair/repair-messages.js';
import { SLOT_SIZE } from '../../../../src/node/core/ring/token.js';
import { ThreeReplicas } from './three-replicas.js';

const ALL = [0, 1, 2];
const COPIES = 200;

let replicas: ThreeReplicas;

beforeEach(async () => {
  replicas = await ThreeReplicas.open();
});

/** Copies of one slot, spread over its tokens as hashed keys are. */
async function fillSlot(where: readonly number[] = ALL): Promise<void> {
  for (let i = 0; i < COPIES; i++) await replicas.put(keyAt(i), { ms: 5 }, where);
}

function keyAt(i: number): string {
  return `@${Math.floor((i * SLOT_SIZE) / COPIES)}:${i}`;
}

function expectEqual(): string {
  const [first] = replicas.contents();
  expect(replicas.contents()).toEqual([first, first, first]);
  return first ?? '';
}

describe('a slot that differs in few copies', () => {
  it('is listed where it differs, and nowhere else', async () => {
    await fillSlot();
    await replicas.put(keyAt(3), { ms: 6 }, [0]);
    await replicas.put(keyAt(120), { ms: 6 }, [1]);
    expect(await replicas.repair()).toMatchObject({ differing: 1, sent: 4, dropped: 0 });
    expectEqual();
    // Two copies, and the few that share their parts, of three replicas.
    expect(replicas.listed).toBeGreaterThanOrEqual(6);
    expect(replicas.listed).toBeLessThan(60);
    expect(replicas.asked.filter((one) => one === '3 list')).toHaveLength(1);
  });

  it('is summed together with others, in one question', async () => {
    for (let i = 0; i < 50; i++) await replicas.put(`k${i}`, { ms: 5 }, [i % 3]);
    expect(await replicas.repair()).toMatchObject({ differing: 50, sent: 100 });
    expectEqual();
    expect(replicas.asked.filter((one) => one === '2 sums')).toHaveLength(1);
  });

  it('is summed in several questions when there are many', async () => {
    const slots = LIMITS.repairSumSlots * 2 + 1;
    for (let i = 0; i < slots; i++) await replicas.put(`k${i}`, { ms: 5 }, [i % 3]);
    expect(await replicas.repair()).toMatchObject({ differing: slots, sent: 2 * slots });
    expect(replicas.asked.filter((one) => one === '2 sums')).toHaveLength(3);
  });

  it('is summed under another seed in each question: what collides once does not for ever', async () => {
    const seeds = new Set<string>();
    replicas.before = async (_, question) => {
      if (question.kind === 'sums') seeds.add(JSON.stringify(question.seed));
    };
    for (let ms = 5; ms < 8; ms++) {
      await replicas.put('a', { ms }, [0]);
      await replicas.repair();
    }
    expect(seeds.size).toBe(3);
  });

  it('is not listed when nothing differs any more', async () => {
    await fillSlot();
    await replicas.put(keyAt(3), { ms: 6 }, [0]);
    replicas.before = async (_, { kind }) => {
      if (kind === 'sums') await replicas.put(keyAt(3), { ms: 6 }, [1, 2]);
    };
    expect(await replicas.repair()).toMatchObject({ differing: 1, sent: 0 });
    expect(replicas.listed).toBe(0);
  });

  it('brings every copy to a replica that has none', async () => {
    await fillSlot([0, 1]);
    expect(await replicas.repair()).toMatchObject({ differing: 1, sent: COPIES });
    expectEqual();
  });

  it('is listed page by page over all its parts that differ', async () => {
    await fillSlot();
    const many = Math.floor(LIMITS.repairListKeys * 0.7);
    for (let i = 0; i < many; i++) {
      await replicas.put(`@8:${i}`, { ms: 5 }, [0]);
      await replicas.put(`@4000:${i}`, { ms: 5 }, [0]);
    }
    expect(await replicas.repair()).toMatchObject({ differing: 1, sent: 4 * many });
    expect(expectEqual().split(' ')).toHaveLength(COPIES + 2 * many);
    expect(replicas.asked.filter((one) => one === '1 list').length).toBeGreaterThan(1);
    expect(replicas.listed).toBeLessThan(2 * many + 6 * COPIES);
  });

  it('shows a copy that cannot be read as another one than the others have, and its slot falls to floor 0', async () => {
    await fillSlot();
    replicas.heal = (replica, dataKey) => replicas.healFrom(0, replica, dataKey);
    await replicas.raiseFloor(10, ALL);
    replicas.rot(keyAt(3), 1);
    await replicas.put(keyAt(120), { ms: 11 }, [0]);
    await replicas.repair();
    expect(expectEqual()).toContain(`${keyAt(3)}=v5`);
    expect(ALL.map((i) => replicas.floorOf(keyAt(3), i))).toEqual([10, 0, 10]);
  });
});

it('a copy that no replica can read makes its slot fall to floor 0 on all, listed or not', async () => {
  await fillSlot();
  await replicas.raiseFloor(10, ALL);
  for (const replica of ALL) replicas.rot(keyAt(3), replica);
  await replicas.put(keyAt(120), { ms: 11 }, [0]);
  await expect(replicas.repair()).rejects.toThrow('3 copies cannot be read');
  // The part of the copy is listed four times, by all three, before the repair gives up.
  expect(replicas.listed).toBeLessThan(150);
  expect(ALL.map((i) => replicas.floorOf(keyAt(3), i))).toEqual([0, 0, 0]);
});

describe('a slot with more copies than one question may take', () => {
  it('is listed whole, and those after it are summed', async () => {
    await fillSlot();
    await replicas.put(keyAt(3), { ms: 6 }, [0]);
    await replicas.put('a', { ms: 5 }, [1]);
    const full = replicas.leafOf(keyAt(3));
    const second = replicas.partner(1);
    const ask = async (question: RepairQuestion): Promise<RepairReply> => {
      const isFull = question.kind === 'sums' && question.slots[0] === full;
      return isFull ? { kind: 'sums', slots: [undefined] } : await second.ask(question);
    };
    const partners = [replicas.partner(0), { ...second, ask }, replicas.partner(2)];
    expect(await replicas.repair({ partners })).toMatchObject({ differing: 2, sent: 4 });
    expectEqual();
    expect(replicas.listed).toBeGreaterThanOrEqual(3 * COPIES);
    expect(replicas.asked.filter((one) => one === '1 sums')).toHaveLength(2);
  });

  it('or of a partner that sums nothing, is no reason to ask for ever', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    const ask = async (question: RepairQuestion): Promise<RepairReply> =>
      question.kind === 'sums'
        ? { kind: 'sums', slots: [] }
        : await replicas.partner(1).ask(question);
    const partners = [replicas.partner(0), { name: 'n2', ask }];
    await expect(replicas.repair({ partners })).rejects.toThrow('n2 sums no slot');
  });
});

describe('a replica of a release that does not know sums', () => {
  it('is asked for them once, and then for lists of whole slots', async () => {
    await fillSlot();
    for (let i = 0; i < LIMITS.repairSumSlots * 2; i++) await replicas.put(`k${i}`, { ms: 5 }, [0]);
    await replicas.put(keyAt(3), { ms: 6 }, [2]);
    replicas.old = [1];
    const differing = LIMITS.repairSumSlots * 2 + 1;
    expect(await replicas.repair()).toMatchObject({ differing, sent: 2 * differing });
    expectEqual();
    expect(replicas.asked.filter((one) => one === '2 sums')).toHaveLength(1);
    expect(replicas.listed).toBeGreaterThan(3 * COPIES);
  });

  it('costs nobody a copy when it takes the place of another one between sums and lists', async () => {
    await fillSlot();
    await replicas.raiseFloor(10, [0, 2]);
    await replicas.put(keyAt(3), { ms: 11 }, [0]);
    replicas.before = async (_, { kind }) => {
      if (kind === 'list') replicas.old = [1];
    };
    expect(await replicas.repair()).toMatchObject({ sent: 2, dropped: 0 });
    expect(expectEqual().split(' ')).toHaveLength(COPIES);
  });
});
