import { beforeEach, describe, expect, it } from 'vitest';
import {
  HintStore,
  type KeepOutcome,
  type StoredHint,
} from '../../../../src/node/hints/hint-store.js';
import { RepairMarks } from '../../../../src/node/hints/repair-marks.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { encodeHintKey } from '../../../../src/node/core/hints/hint.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import type { HintBounds } from '../../../../src/node/core/hints/hint-bounds.js';
import { assert } from '../../../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { StoreUnderTest, turn } from '../store/store-harness.js';

const N2 = '00000000000000a2';
const N3 = '00000000000000a3';
const ALL = { after: undefined, sizeBytes: 1_000_000 };

let under: StoreUnderTest;
let hints: HintStore;
let marks: RepairMarks;
let nowMs: number;
let boot: number;

beforeEach(async () => {
  under = await StoreUnderTest.open();
  nowMs = 1_000;
  boot = 0;
  await restart();
});

/** Hints and marks over what is in the store. */
async function restart(bounds: HintBounds = DEFAULT_SETTINGS): Promise<void> {
  boot += 1;
  const { store, clock } = under;
  marks = new RepairMarks({ store, clock, nowMs: () => nowMs });
  hints = new HintStore({ store, marks, nowMs: () => nowMs, boot, bounds: () => bounds });
  await marks.recover();
  await hints.recover();
}

function keep(target: string, key: string, token = 0): Promise<KeepOutcome> {
  const missed = {
    namespace: 1,
    token,
    key: utf8Encode(key),
    record: utf8Encode(`record of ${key}`),
  };
  return new Promise((resolve) => {
    hints.keep(target, missed, resolve);
  });
}

async function keysOf(target: string): Promise<readonly string[]> {
  const page = await hints.page(target, ALL);
  return page.map(keyOf);
}

function keyOf({ hint }: StoredHint): string {
  return hint === undefined ? '(damaged)' : utf8Decode(hint.key);
}

describe('hints in the store', () => {
  it('are durable when they are said to be kept, and counted again after a crash', async () => {
    expect(await keep(N2, 'a')).toBe('kept');
    nowMs = 2_000;
    expect(await keep(N2, 'b')).toBe('kept');
    expect(await keep(N3, 'c')).toBe('kept');
    const before = [...hints.tallies.all()];
    expect(hints.tallies.of(N2)).toMatchObject({ count: 2, oldestMs: 1_000 });

    await under.crash();
    await restart();

    expect([...hints.tallies.all()]).toEqual(before);
    expect(await keysOf(N2)).toEqual(['a', 'b']);
    expect(await keysOf(N3)).toEqual(['c']);
  });

  it('are not counted twice when some were kept before the earlier ones were counted', async () => {
    await keep(N2, 'a');
    boot += 1;
    const { store } = under;
    const bounds = (): HintBounds => DEFAULT_SETTINGS;
    hints = new HintStore({ store, marks, nowMs: () => nowMs, boot, bounds });
    await keep(N2, 'b');
    await hints.recover();

    expect(hints.tallies.of(N2)).toMatchObject({ count: 2 });
  });

  it('are not kept while the disk is nearly full: their slots are marked instead', async () => {
    const { store } = under;
    const bounds = (): HintBounds => DEFAULT_SETTINGS;
    const isDiskFull = (): boolean => true;
    hints = new HintStore({ store, marks, nowMs: () => nowMs, boot, bounds, isDiskFull });
    expect(await keep(N2, 'a')).toBe('full');
    await turn();
    expect(marks.count).toBe(1);
    expect(await keysOf(N2)).toEqual([]);
  });

  it('of one moment do not replace each other, nor those of an earlier start', async () => {
    await keep(N2, 'a');
    await keep(N2, 'b');
    await restart();
    await keep(N2, 'c');

    expect(await keysOf(N2)).toEqual(['a', 'b', 'c']);
  });

  it('are read in pages of a size, from the oldest on, one at least', async () => {
    for (const key of ['a', 'b', 'c']) await keep(N2, key);
    const [first, ...others] = await hints.page(N2, { after: undefined, sizeBytes: 1 });

    expect(others).toEqual([]);
    const next = await hints.page(N2, { after: first, sizeBytes: 2 * (first?.sizeBytes ?? 0) });
    expect(next.map(keyOf)).toEqual(['b', 'c']);
    expect(await hints.page(N2, { after: next[1], sizeBytes: 1_000 })).toEqual([]);
  });

  it('are forgotten when they are removed', async () => {
    await keep(N2, 'a');
    await keep(N2, 'b');
    const page = await hints.page(N2, ALL);

    expect(await hints.remove(page.slice(0, 1), false)).toBe(true);

    expect(await keysOf(N2)).toEqual(['b']);
    expect(hints.tallies.of(N2)).toMatchObject({ count: 1, bytes: hints.tallies.bytes });
    expect(marks.count).toBe(0);
    await hints.remove(await hints.page(N2, ALL), false);
    expect([hints.tallies.count, hints.tallies.bytes, hints.tallies.all().size]).toEqual([0, 0, 0]);
  });

  it('whose bytes are damaged are still known by their target and slot', async () => {
    await keep(N2, 'a', 5 * 4096);
    const [stored] = await hints.page(N2, ALL);
    assert(stored !== undefined, 'it was kept');
    under.disk.damage(SHARD_FOLDER, encodeHintKey(stored.id), (value) => {
      value[3] = 0;
      return value;
    });

    const [damaged] = await hints.page(N2, ALL);
    expect(damaged).toMatchObject({
      hint: undefined,
      id: { target: N2, namespace: 1, token: 5 * 4096 },
    });
  });

  it('are not kept by a store that failed', async () => {
    await keep(N2, 'a');
    under.disk.failWrites(SHARD_FOLDER);
    expect(await keep(N2, 'b')).toBe('failed');
    expect(hints.tallies.of(N2)).toMatchObject({ count: 1 });
  });
});

describe('a slot is marked for repair', () => {
  it('when a bound refuses a hint for it, durably, and once', async () => {
    await keep(N2, 'a');
    const one = hints.tallies.bytes;
    await restart({ hintTargetBytes: 2 * one, hintTotalBytes: 3 * one });
    expect(await keep(N2, 'b', 4096)).toBe('kept');
    expect(await keep(N2, 'c', 7 * 4096)).toBe('full');
    expect(await keep(N3, 'd', 4096)).toBe('kept');
    expect(await keep(N3, 'e', 7 * 4096 + 1)).toBe('full');
    expect(marks.count).toBe(1);
    await turn();

    await under.crash();
    await restart();
    expect(marks.count).toBe(1);
    expect(marks.has({ namespace: 1, slot: 7 })).toBe(true);
    expect(marks.has({ namespace: 2, slot: 7 })).toBe(false);
    expect(marks.has({ namespace: 1, slot: 8 })).toBe(false);
  });

  it('in the same moment in which hints are given up', async () => {
    await keep(N2, 'a', 3 * 4096);
    await keep(N2, 'b', 3 * 4096 + 9);
    under.gate.shut('sync');
    const removed = hints.remove(await hints.page(N2, ALL), true);
    await turn();
    await under.crash('lost');
    await under.gate.open();
    await restart();
    expect([hints.tallies.count, marks.count]).toEqual([2, 0]);

    void removed;
    expect(await hints.remove(await hints.page(N2, ALL), true)).toBe(true);
    await under.crash();
    await restart();
    expect([hints.tallies.count, marks.count]).toEqual([0, 1]);
  });

  it('also when the store has no room for the mark at first', async () => {
    const { store, clock } = under;
    let refusals = 1;
    const busy: typeof store.writeSystem = (write, done) => {
      refusals -= 1;
      if (refusals >= 0) done({ kind: 'overloaded' });
      else store.writeSystem(write, done);
    };
    const system = { writeSystem: busy, scan: store.scan.bind(store) };
    marks = new RepairMarks({ store: system, clock, nowMs: () => nowMs });

    marks.owe({ namespace: 1, slot: 9 });
    expect([marks.count, marks.has({ namespace: 1, slot: 9 })]).toEqual([1, false]);
    await under.scheduler.until(() => marks.has({ namespace: 1, slot: 9 }), 10_000);
    expect(marks.count).toBe(1);
  });
});
