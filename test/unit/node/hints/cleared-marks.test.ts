import { beforeEach, describe, expect, it } from 'vitest';
import { REPAIR_MARKS } from '../../../../src/node/core/hints/repair-mark.js';
import { SLOT_COUNT } from '../../../../src/node/core/ring/token.js';
import { RepairMarks } from '../../../../src/node/hints/repair-marks.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { StoreUnderTest } from '../store/store-harness.js';

let under: StoreUnderTest;
let marks: RepairMarks;

const slot = (number: number, namespace = 1): { namespace: number; slot: number } => ({
  namespace,
  slot: number,
});

beforeEach(async () => {
  under = await StoreUnderTest.open();
  marks = await opened();
});

async function opened(): Promise<RepairMarks> {
  const { store, clock } = under;
  const made = new RepairMarks({ store, clock, nowMs: () => 1 });
  await made.recover();
  return made;
}

async function mark(...slots: readonly ReturnType<typeof slot>[]): Promise<void> {
  for (const one of slots) marks.owe(one);
  await under.scheduler.until(() => slots.every((one) => marks.has(one)), 1_000);
}

function onDisk(): number {
  return under.disk.keys(SHARD_FOLDER, REPAIR_MARKS).length;
}

describe('marks', () => {
  it('are given in order, over namespaces, from any of them on', async () => {
    const all = [slot(0), slot(7), slot(8), slot(SLOT_COUNT - 1), slot(3, 2)];
    await mark(...all);
    expect(marks.from(0, 10)).toEqual(all);
    expect(marks.from(0, 2)).toEqual(all.slice(0, 2));
    expect(marks.from(SLOT_COUNT + 8, 10)).toEqual(all.slice(2));
    expect(marks.from(2 * SLOT_COUNT + 4, 10)).toEqual([]);
  });

  it('are forgotten when they are cleared, also after a restart', async () => {
    await mark(slot(1), slot(2));
    marks.watch([slot(1)]);
    expect(await under.scheduler.settle(marks.clear([slot(1), slot(2)]), 1_000)).toBe(1);
    expect([marks.count, onDisk(), (await opened()).count]).toEqual([1, 1, 1]);
  });

  it('that were set again since they are watched stay', async () => {
    await mark(slot(1), slot(2));
    marks.watch([slot(1), slot(2)]);
    marks.owe(slot(1));
    marks.operationsFor([slot(2)]);
    expect(await marks.clear([slot(1), slot(2)])).toBe(0);
    expect([marks.count, onDisk()]).toEqual([2, 2]);
  });

  it('that are set while they are cleared are there in the end', async () => {
    await mark(slot(1));
    marks.watch([slot(1)]);
    under.gate.shut('sync');
    const clearing = marks.clear([slot(1)]);
    marks.owe(slot(1));
    await under.gate.open();
    await under.scheduler.settle(clearing, 1_000);
    await under.scheduler.until(() => marks.has(slot(1)), 1_000);
    expect([marks.count, onDisk()]).toEqual([1, 1]);
  });
});
