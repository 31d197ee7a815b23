import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import type {
  Member,
  MetadataChange,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { RING_SIZE, SLOT_COUNT } from '../../../../../src/node/core/ring/token.js';
import type { StorageEntry } from '../../../../../src/node/env/storage.js';
import { idOf, nodeOf } from '../../core/metadata/states.js';
import { CleanerUnderTest, FOREIGN, OWN, PARTS, slotsOf } from './cleaner-harness.js';
import { fourNodes } from './views-under-test.js';

const ALL = { from: 0, to: SLOT_COUNT };
const SOON = LIMITS.leftoverAfterMs + 2_000;
/** Node 5 comes. */
const JOIN: MetadataChange = {
  kind: 'stage-join',
  member: nodeOf(5),
  tokens: [1, 3, 5, 7, 9, 11, 13, 15].map((i) => (i * RING_SIZE) / 16 + RING_SIZE / 32),
  replaces: undefined,
};
const LEAVE: MetadataChange = { kind: 'stage-leave', nodeId: idOf(4), isDead: false };

let under: CleanerUnderTest;

beforeEach(async () => {
  under = await CleanerUnderTest.open();
});

afterEach(async () => {
  await under.stop();
  expect(under.views.listeners).toBe(0);
});

describe('what is removed as a leftover', () => {
  it('is what lies in ranges of other nodes alone, some time after the start', async () => {
    await under.putAll();
    await under.store.floors.raise(1, [ALL], 3);
    await under.times.note(1, [ALL], 70);
    under.cleaner.start();
    await under.scheduler.advance(LIMITS.leftoverAfterMs - 1);
    expect(under.slots()).toHaveLength(16);
    await under.scheduler.advance(2_000);
    expect(under.slots()).toEqual(slotsOf(OWN));
    expect(under.counted('records_total')).toBe(4);
    expect(under.counted('ranges')).toBe(0);
    expect(under.told()).toContain('records of ranges of other nodes are removed');
    for (const slot of slotsOf(PARTS)) {
      const isOwn = slotsOf(OWN).includes(slot);
      const run = { from: slot, to: slot + 1 };
      expect(under.store.floors.within(1, run)[0]?.value).toBe(isOwn ? 3 : 0);
      expect(under.times.oldest(1, [run])).toBe(isOwn ? 70 : 0);
    }
    await under.complete();
    expect((await under.grid.verify()).differing).toEqual([]);
  });

  it('is of each namespace what its own replication says', async () => {
    const namespace = {
      name: 'few',
      mode: 'lww',
      replication: { dc1: 1 },
      defaultTtlMs: undefined,
      defaultLevel: 'quorum',
    } as const;
    under.views.change({ kind: 'create-namespace', namespace });
    const id = under.views.now.metadata.epoch;
    await under.putAll();
    for (const token of PARTS) await under.put({ namespace: id, token });
    // One that nobody has, and one that is not heard of yet, are not the business of this worker.
    for (const other of [2, id + 1]) await under.put({ namespace: other, token: PARTS[0]! });
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    expect(under.slots()).toEqual(slotsOf(OWN));
    expect(under.slots(id)).toEqual(slotsOf(PARTS.filter((_, i) => i % 4 === 3)));
    expect([under.slots(2), under.slots(id + 1)]).toEqual(
      [[0], [0]].map(() => slotsOf([PARTS[0]!])),
    );
  });

  it('is nothing while that may be the last copy, or nobody can tell: outside of a cluster, before it is open, when the node is removed', async () => {
    const whole = fourNodes();
    const closed = { ...whole, opened: false };
    const [first, ...others] = whole.members as [Member, ...Member[]];
    const removed = {
      ...whole,
      members: [{ ...first, state: 'removed' as const, tokens: [] }, ...others],
    };
    const joining = {
      ...whole,
      members: [{ ...first, state: 'joining' as const, tokens: [] }, ...others],
    };
    const tokenless = { ...whole, members: [{ ...first, tokens: [] }, ...others] };
    const stranger = { ...whole, members: others };
    await under.putAll();
    for (const state of [undefined, closed, removed, joining, tokenless, stranger]) {
      await under.stop();
      under.enter(state);
      under.cleaner.start();
      await under.scheduler.advance(SOON);
      expect(under.slots()).toHaveLength(16);
    }
  });

  it('is found in however many ranges it lies', async () => {
    const parts = Array.from({ length: 128 }, (_, i) => (i * RING_SIZE) / 128 + 5_000);
    under.enter(fourNodes(32));
    await under.putAll(parts);
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    expect(under.slots()).toEqual(slotsOf(parts.filter((_, i) => i % 4 !== 0)));
  });

  it('does not touch the disk of a node that owns everything', async () => {
    await under.putAll();
    under.views.change({ kind: 'remove', nodeId: idOf(4) });
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    expect(under.scans).toBe(0);
    expect(under.slots()).toHaveLength(16);
  });
});

describe('the time of a look', () => {
  it('is after a plan that is done, never while it runs', async () => {
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    await under.putAll();
    under.views.change(JOIN, { kind: 'begin-plan' });
    for (const step of ['write-both', 'read-new'] as const) {
      await under.scheduler.advance(2 * LIMITS.leftoverEveryMs);
      under.views.step(step);
    }
    await under.scheduler.advance(2 * LIMITS.leftoverEveryMs);
    expect(under.slots()).toEqual(slotsOf(PARTS));
    under.views.step('done');
    await under.scheduler.advance(LIMITS.leftoverAfterMs - 1);
    expect(under.slots()).toEqual(slotsOf(PARTS));
    await under.scheduler.advance(2_000);
    const kept = OWN.filter((token) => under.isOwn(token));
    expect(kept.length).toBeLessThan(OWN.length);
    expect(under.slots()).toEqual(slotsOf(kept));
  });

  it('is after one that was cancelled, when the new owners have been given something', async () => {
    await under.putAll(OWN);
    under.views.change(LEAVE, { kind: 'begin-plan' });
    under.cleaner.start();
    under.views.step('write-both');
    await under.putAll(FOREIGN);
    await under.scheduler.advance(LIMITS.leftoverEveryMs);
    expect(under.slots()).toHaveLength(16);
    under.views.step('cancelled');
    await under.scheduler.advance(SOON);
    expect(under.slots()).toEqual(slotsOf(OWN));
  });

  it('is once a while, and costs one look at the disk per empty range then', async () => {
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    const before = under.scans;
    expect(before).toBeGreaterThan(0);
    await under.putAll();
    await under.scheduler.advance(LIMITS.leftoverEveryMs - SOON);
    expect(under.scans).toBe(before);
    await under.scheduler.advance(SOON + 10_000);
    expect(under.slots()).toEqual(slotsOf(OWN));
  });

  it('is a minute after one that has failed', async () => {
    await under.putAll();
    let failures = 1;
    const { store } = under;
    under.enter(fourNodes(), (range) => {
      if (failures-- > 0) return failing();
      return store.scan(range);
    });
    under.cleaner.start();
    await under.scheduler.advance(SOON);
    expect(under.told()).toContain('it is tried again');
    expect(under.slots()).toHaveLength(16);
    await under.scheduler.advance(LIMITS.leftoverAgainMs);
    expect(under.slots()).toEqual(slotsOf(OWN));
  });
});

function failing(): AsyncIterable<StorageEntry> {
  const error = new KvError('KV_STORE_FAILED', 'a block cannot be read');
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

describe('a plan that begins in the midst of it', () => {
  it('ends it at the next page; it goes on after the plan', async () => {
    await under.putAll(PARTS, 600);
    under.cleaner.start();
    await under.scheduler.until(() => under.counted('records_total') > 0, SOON);
    under.views.change(LEAVE, { kind: 'begin-plan' });
    await under.scheduler.advance(SOON);
    const removed = under.counted('records_total');
    expect(removed).toBeLessThan(4 * 600);
    expect(under.counted('ranges')).toBeGreaterThan(0);
    await under.scheduler.advance(2 * LIMITS.leftoverEveryMs);
    expect(under.counted('records_total')).toBe(removed);
    under.views.step('cancelled');
    await under.scheduler.advance(2 * SOON);
    expect(under.counted('records_total')).toBe(4 * 600);
    expect(under.counted('ranges')).toBe(0);
    expect(under.told()).not.toContain('warn');
  });

  it('does not lose what is written here for the new owner, even if it is the very copy that was to go', async () => {
    await under.putAll(FOREIGN);
    under.cleaner.start();
    await under.removalsWait();
    under.views.change(LEAVE, { kind: 'begin-plan' });
    under.views.step('write-both');
    expect(FOREIGN.every((token) => under.isOwn(token))).toBe(true);
    const written = under.putAll(FOREIGN);
    await under.gate.open();
    await written;
    await under.scheduler.advance(SOON);
    expect(under.slots()).toEqual(slotsOf(FOREIGN));
    expect(under.counted('records_total')).toBe(0);
  });
});
