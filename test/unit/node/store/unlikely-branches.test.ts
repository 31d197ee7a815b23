import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import { compareVersions } from '../../../../src/node/core/version/version.js';
import { DurableHlc } from '../../../../src/node/store/hlc-service.js';
import type { UnlikelyBranches } from '../unlikely-branches.js';
import { StoreUnderTest, turn } from './store-harness.js';

let under: StoreUnderTest;
let unlikely: UnlikelyBranches;

beforeEach(async () => {
  under = await StoreUnderTest.open();
  unlikely = under.unlikely;
});

const KEYS = Array.from({ length: 10 }, (_, i) => `k${i}`);

async function putAll(): Promise<void> {
  const outcomes = await Promise.all(KEYS.map((key) => under.apply({ key, ms: 5, value: key })));
  expect(outcomes).toEqual(KEYS.map(() => ({ kind: 'written' })));
}

describe('a writer that takes short batches', () => {
  it('acknowledges the same, in one batch for each mutation that came at once', async () => {
    const before = under.store.sequence();
    await putAll();
    expect(under.store.sequence()).toBe(before + 1);

    unlikely.choose('store.short-batch');
    // The next batch begins with the last one.
    await under.apply({ key: 'last', ms: 5 });
    const short = under.store.sequence();
    const again = KEYS.map((key) => under.apply({ key, ms: 6 }));
    await Promise.all(again);
    expect(under.store.sequence()).toBe(short + KEYS.length);
    for (const key of KEYS) expect(await under.textOf(key)).toBe('v6');
  });

  it('goes on after a mutation whose deadline has passed', async () => {
    unlikely.choose('store.short-batch');
    under.gate.shut('sync');
    const first = under.apply({ key: 'first', ms: 1 });
    await turn();
    const late = under.apply({ key: 'late', ms: 1, deadlineMs: under.clock.monotonicMs() + 10 });
    const last = under.apply({ key: 'last', ms: 1 });
    const unread = under.apply({ key: 'unread', ms: 1, deadlineMs: 0 });
    await under.scheduler.advance(20);
    await under.gate.open();
    expect(await first).toEqual({ kind: 'written' });
    expect((await late).kind).toBe('written');
    expect((await last).kind).toBe('written');
    expect(await unread).toMatchObject({ kind: 'failed', error: { code: 'KV_WRITE_TIMEOUT' } });
  });

  it('leaves what a key was written to in between as it would be otherwise', async () => {
    unlikely.choose('store.short-batch');
    const outcomes = [5, 3, 7, 6].map((ms) => under.apply({ ms }));
    const kinds = (await Promise.all(outcomes)).map(({ kind }) => kind);
    expect(kinds).toEqual(['written', 'superseded', 'written', 'superseded']);
    expect(await under.textOf()).toBe('v7');
  });
});

describe('a writer that delays a flush', () => {
  it('acknowledges nothing, and shows nothing, before it is synced', async () => {
    const before = under.store.sequence();
    unlikely.choose('store.delayed-flush', 1);
    let outcome: string | undefined;
    void under.apply({ ms: 5 }).then(({ kind }) => (outcome = kind));
    await under.scheduler.advance(50);
    expect(unlikely.taken('store.delayed-flush')).toBe(1);
    expect(outcome).toBeUndefined();
    expect(under.store.sequence()).toBe(before);
    expect(await under.textOf()).toBe('(missing)');
    await under.scheduler.advance(100);
    expect(outcome).toBe('written');
    expect(await under.textOf()).toBe('v5');
  });

  it('loses it in a crash, as nothing was said of it', async () => {
    unlikely.choose('store.delayed-flush', 1);
    void under.apply({ ms: 5 });
    await under.scheduler.advance(50);
    await under.crash();
    expect(await under.textOf()).toBe('(missing)');
  });

  it('finishes it before it closes', async () => {
    unlikely.choose('store.delayed-flush', 1);
    const put = under.apply({ ms: 5 });
    await turn();
    const closed = under.store.close();
    await under.scheduler.settle(closed, 1_000);
    expect(await put).toEqual({ kind: 'written' });
    await under.reopen();
    expect(await under.textOf()).toBe('v5');
  });
});

describe('a reader that takes short batches', () => {
  it('answers all the same', async () => {
    await putAll();
    const readsOf = async (): Promise<number> => {
      const before = under.gate.steps.length;
      expect(await Promise.all(KEYS.map((key) => under.textOf(key)))).toEqual(KEYS);
      return under.gate.steps.length - before;
    };
    expect(await readsOf()).toBe(1);
    unlikely.choose('store.short-read');
    expect(await readsOf()).toBe(KEYS.length);
  });
});

describe('a reserve of the clock', () => {
  const start = async (): Promise<DurableHlc> => {
    const hlc = new DurableHlc({
      clock: under.clock,
      buggify: unlikely.buggify,
      store: under.store,
      settings: () => DEFAULT_SETTINGS,
      clockOffsetMs: () => 0,
      commonWallMs: () => under.clock.wallMs(),
      hasPeers: () => true,
    });
    await hlc.start();
    return hlc;
  };

  it('that is raised early costs a write at each tick, and nothing else', async () => {
    const hlc = await start();
    const before = under.store.sequence();
    await under.scheduler.advance(LIMITS.hlcTickMs * 10);
    const usual = under.store.sequence() - before;
    unlikely.choose('clock.early-reserve');
    await under.scheduler.advance(LIMITS.hlcTickMs * 10);
    expect(under.store.sequence() - before - usual).toBeGreaterThan(usual);
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
  });

  it('that is raised late holds stamps under it, each still above all before, until it is raised', async () => {
    const hlc = await start();
    unlikely.choose('clock.late-reserve');
    let last = hlc.issue();
    const next = (): void => {
      const stamp = hlc.issue();
      expect(compareVersions(stamp, last)).toBeGreaterThan(0);
      last = stamp;
    };
    await under.scheduler.advance(LIMITS.hlcReserveMs + 2_000);
    expect(unlikely.taken('clock.late-reserve')).toBeGreaterThan(1);
    next();
    expect(last.ms).toBeLessThan(under.clock.wallMs() - 1_000);
    unlikely.stop();
    await under.scheduler.advance(LIMITS.hlcTickMs);
    next();
    expect(last.ms).toBe(under.clock.wallMs());
  });
});
