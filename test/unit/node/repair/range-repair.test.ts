import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { SLOT_COUNT } from '../../../../src/node/core/ring/token.js';
import { ThreeReplicas } from './three-replicas.js';

const ALL = [0, 1, 2];

let replicas: ThreeReplicas;

beforeEach(async () => {
  replicas = await ThreeReplicas.open();
});

describe('a repair of equal replicas', () => {
  it('asks for hashes once, reads nothing, and leaves the time with all owners', async () => {
    for (let i = 0; i < 50; i++) await replicas.put(`k${i}`, { ms: 5 }, ALL);
    expect(await replicas.repair()).toEqual({ differing: 0, sent: 0, sentBytes: 0, dropped: 0 });
    expect(replicas.asked.sort()).toEqual(
      ['begin', 'hashes', 'complete'].flatMap((kind) => ALL.map((i) => `${i + 1} ${kind}`)).sort(),
    );
    const run = { from: 0, to: SLOT_COUNT };
    for (const times of replicas.times) expect(times.oldest(1, [run])).toBeGreaterThan(999_000);
  });
});

describe('a repair of replicas that differ', () => {
  it('leaves all of them with the newest of each key, both ways', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    await replicas.put('b', { ms: 5 }, ALL);
    await replicas.put('b', { ms: 6 }, [1]);
    await replicas.put('c', { ms: 5 }, ALL);
    await replicas.bury('c', 7, [2]);
    for (let i = 0; i < 20; i++) await replicas.put(`same${i}`, { ms: 5 }, ALL);
    const result = await replicas.repair();
    const [first] = replicas.contents();
    expect(first).toContain('a=v5 b=v6 c=x7');
    expect(replicas.contents()).toEqual([first, first, first]);
    expect(result).toMatchObject({ differing: 3, sent: 6, dropped: 0 });
    expect(replicas.paced).toBeGreaterThan(0);
    expect(await replicas.repair()).toMatchObject({ differing: 0, sent: 0 });
  });

  it('says while it works how much it has done', async () => {
    for (let i = 0; i < 5; i++) await replicas.put(`k${i}`, { ms: 5 }, [i % 3]);
    const result = await replicas.repair();
    expect(replicas.told.length).toBeGreaterThanOrEqual(10);
    expect(replicas.told[0]).toEqual({ differing: 1, sent: 0, sentBytes: 0, dropped: 0 });
    expect(replicas.told.at(-1)).toEqual(result);
    const sent = replicas.told.map((soFar) => soFar.sent);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
  });

  it('moves little more than what differs', async () => {
    const value = 'x'.repeat(1000);
    for (let i = 0; i < 200; i++) await replicas.put(`k${i}`, { ms: 5, value }, ALL);
    for (let i = 0; i < 5; i++) await replicas.put(`k${i}`, { ms: 6, value }, [0]);
    const { sentBytes } = await replicas.repair();
    expect(sentBytes).toBeGreaterThan(5 * 2 * 1000);
    expect(sentBytes).toBeLessThan(5 * 2 * 1100);
  });

  it('is throttled by what it moves, not more', async () => {
    const value = 'x'.repeat(LIMITS.repairBatchBytes / 8);
    for (let i = 0; i < 40; i++) await replicas.put(`{t}${i}`, { ms: 5, value }, [0]);
    const { sentBytes } = await replicas.repair();
    // Two replicas lack what one is asked for.
    expect(replicas.paced).toBeGreaterThan(40 * value.length);
    expect(replicas.paced).toBe(sentBytes / 2);
  });

  it('looks again after a write deadline: what has become equal meanwhile is not listed', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    await replicas.put('b', { ms: 5 }, [0]);
    const { clock } = replicas.stores[0]!;
    replicas.before = async (_, { kind }) => {
      if (kind !== 'begin') return;
      clock.after(LIMITS.repairSettleMs / 2, () => void replicas.put('a', { ms: 5 }, [1, 2]));
    };
    const startMs = replicas.stores[0]!.scheduler.nowMs();
    expect(await replicas.repair()).toMatchObject({ differing: 1, sent: 2 });
    expect(replicas.stores[0]!.scheduler.nowMs() - startMs).toBeGreaterThanOrEqual(
      LIMITS.repairSettleMs,
    );
  });

  it('goes through a slot with more copies than one list, and more bytes than one message', async () => {
    const inOneSlot = (i: number): string => `{tag}${String(i).padStart(5, '0')}`;
    const many = LIMITS.repairListKeys + 100;
    for (let i = 0; i < many; i++)
      await replicas.put(inOneSlot(i), { ms: 5 }, i % 2 === 0 ? [0] : [1]);
    const large = 'x'.repeat(LIMITS.repairBatchBytes / 2 + 1000);
    for (let i = 0; i < 3; i++) await replicas.put(`{tag}large${i}`, { ms: 5, value: large }, [2]);
    await replicas.repair();
    const [first] = replicas.contents();
    expect(replicas.contents()).toEqual([first, first, first]);
    expect(first?.split(' ')).toHaveLength(many + 3);
  });

  it('has a copy healed that cannot be read, where a list meets it, and waits for that', async () => {
    await replicas.put('{t}a', { ms: 5 }, ALL);
    await replicas.put('{t}b', { ms: 5 }, [0]);
    replicas.rot('{t}a', 1);
    replicas.heal = (replica, dataKey) => replicas.healFrom(0, replica, dataKey);
    await replicas.repair();
    expect(replicas.contents()[1]).toBe('{t}a=v5 {t}b=v5');
  });

  it('puts nothing in the place of a copy that cannot be read, which may hide something newer', async () => {
    await replicas.put('{t}a', { ms: 4 }, [0, 2]);
    await replicas.put('{t}a', { ms: 5 }, [1]);
    await replicas.put('{t}b', { ms: 5 }, [0]);
    replicas.rot('{t}a', 1);
    await expect(replicas.repair({ floorMs: 3 })).rejects.toThrow('a copy cannot be read');
    // All else is done; but nobody is told that the owners are equal.
    const whole = '{t}a=v4 {t}b=v5';
    expect(replicas.contents()).toEqual([whole, '{t}a=corrupt {t}b=v5', whole]);
    expect(ALL.map((i) => replicas.floorOf('{t}a', i))).toEqual([0, 0, 0]);
  });

  it('does not call a range equal of which only a copy that cannot be read holds a key', async () => {
    await replicas.put('{t}a', { ms: 5 }, [1]);
    replicas.rot('{t}a', 1);
    await expect(replicas.repair({ isWhole: false })).rejects.toThrow('a copy cannot be read');
  });

  it('refuses a record for a copy that has become unreadable since it was listed', async () => {
    await replicas.put('{t}a', { ms: 4 }, [0]);
    await replicas.put('{t}a', { ms: 3 }, [1, 2]);
    replicas.before = async (replica, { kind }) => {
      if (kind === 'apply' && replica === 1) replicas.rot('{t}a', 1);
    };
    await expect(replicas.repair()).rejects.toThrow('cannot be read');
    expect(replicas.contents()[1]).toBe('{t}a=corrupt');
    expect(replicas.healing).toHaveLength(1);
  });

  it('ends between two slots when it is told to', async () => {
    for (let i = 0; i < 20; i++) await replicas.put(`k${i}`, { ms: 5 }, [0]);
    let checks = 0;
    replicas.checkpoint = () => {
      checks += 1;
      if (checks > 10) throw new KvError('KV_NOT_READY', 'cancelled');
    };
    await expect(replicas.repair()).rejects.toThrow('cancelled');
    await expect(replicas.repair()).rejects.toThrow('cancelled');
    replicas.checkpoint = () => undefined;
    await replicas.repair();
    const [first] = replicas.contents();
    expect(replicas.contents()).toEqual([first, first, first]);
  });
});

describe('the floor', () => {
  it('rises on all owners when all took part, and only then', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    await replicas.repair({ isWhole: false, floorMs: 100 });
    expect(replicas.floorOf('a', 0)).toBe(0);
    await replicas.repair({ floorMs: 100 });
    expect(ALL.map((i) => replicas.floorOf('a', i))).toEqual([100, 100, 100]);
  });

  it('does not rise when a partner has started again since the repair began', async () => {
    replicas.before = async (replica, { kind }) => {
      if (kind === 'complete' && replica === 2) replicas.boots = [1, 1, 2];
    };
    await expect(replicas.repair({ floorMs: 100 })).rejects.toThrow('started again');
    expect(replicas.floorOf('a', 2)).toBe(0);
  });

  it('does not rise when anything could not be asked', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    replicas.before = async (replica, { kind }) => {
      if (kind === 'apply' && replica === 2) throw new KvError('KV_UNREACHABLE', 'gone');
    };
    await expect(replicas.repair({ floorMs: 100 })).rejects.toThrow('gone');
    expect(ALL.map((i) => replicas.floorOf('a', i))).toEqual([0, 0, 0]);
  });

  it('lets tombstones go, and a replica that comes back with what they buried brings nothing back', async () => {
    await replicas.put('a', { ms: 5 }, ALL);
    await replicas.put('b', { ms: 5 }, ALL);
    await replicas.bury('a', 6, ALL);
    await replicas.repair({ floorMs: 10 });
    await replicas.repair({ floorMs: 10 });
    expect(replicas.contents()).toEqual(['b=v5', 'b=v5', 'b=v5']);
    const back = await ThreeReplicas.open();
    await back.put('a', { ms: 5 }, [0]);
    await back.put('b', { ms: 5 }, [0]);
    const returned = back.partner(0);
    const partners = [replicas.partner(0), replicas.partner(1), returned];
    await replicas.repair({ partners, floorMs: 10 });
    expect(back.contents()[0]).toBe('b=v5');
    expect(replicas.contents()[0]).toBe('b=v5');
  });

  it('does not hide what a complete replica has lost: it gets it back', async () => {
    await replicas.put('{t}a', { ms: 5 }, ALL);
    await replicas.repair({ floorMs: 10 });
    await replicas.lose('{t}a', 2);
    await replicas.repair({ floorMs: 10 });
    expect(replicas.contents()).toEqual(['{t}a=v5', '{t}a=v5', '{t}a=v5']);
  });

  it('of others does not take the tombstone of an owner whose own is lower: what comes late is no news there', async () => {
    await replicas.bury('a', 6, ALL);
    await replicas.raiseFloor(10, [0, 1]);
    await replicas.repair({ isWhole: false });
    expect(replicas.contents()).toEqual(['', '', 'a=x6']);
    await replicas.put('a', { ms: 5 }, [2]);
    expect(replicas.contents()).toEqual(['', '', 'a=x6']);
    await replicas.repair({ floorMs: 10 });
    await replicas.repair({ floorMs: 10 });
    expect(replicas.contents()).toEqual(['', '', '']);
  });

  it('of one owner lets nobody else drop a tombstone in another slot', async () => {
    await replicas.put('a', { ms: 5 }, [0]);
    await replicas.bury('b', 6, [1]);
    const run = { from: replicas.leafOf('a'), to: replicas.leafOf('a') + 1 };
    await replicas.stores[0]!.store.floors.raise(1, [run], 10);
    await replicas.repair();
    expect(replicas.contents()).toEqual(['a=v5 b=x6', 'a=v5 b=x6', 'a=v5 b=x6']);
  });
});
