import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import type { MetadataChange } from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { SLOT_COUNT, slotOf } from '../../../../../src/node/core/ring/token.js';
import { idOf } from '../../core/metadata/states.js';
import { CleanerUnderTest, FOREIGN, OWN, PARTS, slotsOf } from './cleaner-harness.js';

const ALL = { from: 0, to: SLOT_COUNT };
const SOON = LIMITS.leftoverAfterMs + 2_000;
const LEAVE: MetadataChange = { kind: 'stage-leave', nodeId: idOf(4), isDead: false };

let under: CleanerUnderTest;

beforeEach(async () => {
  under = await CleanerUnderTest.open();
});

afterEach(async () => {
  await under.stop();
  expect(under.views.listeners).toBe(0);
});

describe('what a node is asked to clear', () => {
  const never = new AbortController().signal;
  const [token] = FOREIGN as [number];
  const run = { from: slotOf(token), to: slotOf(token) + 1 };

  it('goes before a plan writes there, whatever it is', async () => {
    await under.putAll();
    under.views.change(LEAVE, { kind: 'begin-plan' });
    expect(await under.cleaner.holdsAnything(1, [run])).toBe(true);
    const clearing = under.cleaner.clear(1, [run], never);
    expect(await under.scheduler.settle(clearing, 60_000)).toBe(1);
    expect(await under.cleaner.holdsAnything(1, [run])).toBe(false);
    expect(under.slots()).toEqual(slotsOf(PARTS.filter((one) => one !== token)));
    expect(under.counted('records_total')).toBe(1);
  });

  it('stays when it is its own by now, or when it knows no cluster', async () => {
    await under.putAll();
    const own = { from: slotOf(OWN[0]!), to: slotOf(OWN[0]!) + 1 };
    const refused = { code: 'KV_EPOCH_CHANGED' };
    const failure = expect(under.cleaner.clear(1, [own], never)).rejects.toMatchObject(refused);
    await under.scheduler.advance(1_000);
    await failure;
    await under.stop();
    under.enter(undefined);
    const again = expect(under.cleaner.clear(1, [run], never)).rejects.toMatchObject(refused);
    await under.scheduler.advance(1_000);
    await again;
    expect(under.slots()).toHaveLength(16);
  });

  it('goes although its namespace was dropped meanwhile', async () => {
    await under.put({ namespace: 2, token });
    expect(await under.scheduler.settle(under.cleaner.clear(2, [run], never), 60_000)).toBe(1);
  });

  it('makes it interrupt what it does by itself, which goes on later; both never run at once', async () => {
    await under.putAll(PARTS, 600);
    under.cleaner.start();
    await under.scheduler.until(() => under.counted('records_total') > 0, SOON);
    expect(under.slots()).toContain(slotOf(FOREIGN[3]!));
    const last = { from: slotOf(FOREIGN[3]!), to: slotOf(FOREIGN[3]!) + 1 };
    const clearing = under.cleaner.clear(1, [last], never);
    expect(await under.scheduler.settle(clearing, 60_000)).toBe(600);
    expect(under.slots()).toContain(slotOf(FOREIGN[2]!));
    await under.scheduler.advance(2 * SOON);
    expect(under.slots()).toEqual(slotsOf(OWN));
    expect(under.counted('records_total')).toBe(4 * 600);
  });

  it('waits for its turn, one thing at a time', async () => {
    await under.putAll(FOREIGN, 600);
    const order: string[] = [];
    const runs = FOREIGN.slice(0, 2).map((one) => ({ from: slotOf(one), to: slotOf(one) + 1 }));
    const both = runs.map((one, i) =>
      under.cleaner.clear(1, [one], never).then((records) => {
        order.push(`${i} ${records} ${under.slots().length}`);
      }),
    );
    await under.scheduler.settle(Promise.all(both), 60_000);
    expect(order).toEqual(['0 600 3', '1 600 2']);
  });

  it('ends with its signal, before its turn or in the midst of it, and with the node', async () => {
    await under.putAll(FOREIGN, 600);
    const ended = { code: 'KV_NOT_READY' };
    const [first, second] = [new AbortController(), new AbortController()];
    const clearings = [first, second].map(({ signal }) =>
      expect(under.cleaner.clear(1, [ALL], signal)).rejects.toMatchObject(ended),
    );
    second.abort();
    await clearings[1];
    await under.scheduler.until(() => under.counted('records_total') > 0, 60_000);
    first.abort();
    await clearings[0];
    const whole = expect(under.cleaner.clear(1, [ALL], never)).rejects.toMatchObject(ended);
    await under.scheduler.advance(1);
    await under.stop();
    await whole;
    await expect(under.cleaner.clear(1, [ALL], never)).rejects.toMatchObject(ended);
    expect(under.slots().length).toBeGreaterThan(0);
  });
});
