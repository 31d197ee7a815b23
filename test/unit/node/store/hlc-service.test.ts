import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import { compareVersions } from '../../../../src/node/core/version/version.js';
import type { Version } from '../../../../src/node/core/version/version.js';
import { DurableHlc } from '../../../../src/node/store/hlc-service.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { StoreUnderTest, turn } from './store-harness.js';

const { clockSkewMaxMs } = DEFAULT_SETTINGS;
const HOUR_MS = 3_600_000;

let under: StoreUnderTest;
let hlc: DurableHlc;
let offsetMs: number | undefined;
let hasPeers: boolean;

/** Makes the clock of the next life; it is not started. */
function make(): void {
  const { clock, store, unlikely } = under;
  const { buggify } = unlikely;
  const settings = (): typeof DEFAULT_SETTINGS => DEFAULT_SETTINGS;
  const clockOffsetMs = (): number | undefined => offsetMs;
  const commonWallMs = (): number | undefined =>
    offsetMs === undefined ? undefined : clock.wallMs() - offsetMs;
  hlc = new DurableHlc({
    ...{ clock, buggify, store, settings, clockOffsetMs, commonWallMs },
    hasPeers: () => hasPeers,
  });
}

async function start(): Promise<void> {
  make();
  await hlc.start();
}

/** The node dies, and its clock begins again. */
async function restart(): Promise<void> {
  hlc.stop();
  await under.crash();
  await start();
}

beforeEach(async () => {
  offsetMs = undefined;
  hasPeers = false;
  under = await StoreUnderTest.open();
  await start();
});

describe('issued versions', () => {
  it('rise, carry the writer id of the shard, and follow the wall clock', async () => {
    const first = hlc.issue();
    const { hi, lo } = under.store.writerId();
    const ms = under.clock.wallMs();
    expect(first).toEqual({ ms, logical: 0, writerHi: hi, writerLo: lo });
    expect(hlc.issue()).toEqual({ ...first, logical: 1 });
    await under.scheduler.advance(60_000);
    expect(hlc.issue()).toEqual({ ...first, ms: ms + 60_000 });
  });

  it('are above what was observed, also when that is ahead', () => {
    const ms = under.clock.wallMs() + 400;
    hlc.observe({ ms, logical: 7 });
    expect(hlc.issue()).toMatchObject({ ms, logical: 8 });
    expect(hlc.read()).toEqual({ ms, logical: 8 });
  });

  it('never come twice, though crashes and steps back of the wall clock follow each other', async () => {
    const all: Version[] = [];
    for (let life = 0; life < 8; life++) {
      for (let i = 0; i < 50; i++) all.push(hlc.issue());
      await under.scheduler.advance(700);
      all.push(hlc.issue());
      under.clock.jumpClock(-5_000);
      all.push(hlc.issue());
      await under.crash();
      await start();
      all.push(hlc.issue());
      // This life began ahead of the wall clock; time catches up before the next one would pass the bound.
      await under.scheduler.advance(20_000);
    }
    for (let i = 1; i < all.length; i++)
      expect(compareVersions(all[i]!, all[i - 1]!)).toBeGreaterThan(0);
  });

  it('never come twice, though a run began far behind what the one before had issued, and ended', async () => {
    hlc.observe({ ms: under.clock.wallMs() + 8_000, logical: 0 });
    await expect.poll(() => hlc.issue()).toBeDefined();
    const last = hlc.issue();
    under.clock.jumpClock(-HOUR_MS);
    await restart();
    under.clock.jumpClock(HOUR_MS);
    await restart();
    // The ceiling of the first run is further ahead than stamps may be.
    await under.scheduler.advance(5_000);
    expect(compareVersions(hlc.issue(), last)).toBeGreaterThan(0);
  });

  it('after a crash begin at the ceiling, at most the reserve ahead of the wall clock', async () => {
    const last = hlc.issue();
    await under.crash();
    await start();
    const next = hlc.issue();
    expect(next.ms).toBeGreaterThan(last.ms);
    expect(next.ms).toBeLessThanOrEqual(under.clock.wallMs() + LIMITS.hlcReserveMs);
  });

  it('after a clean close begin at the wall clock', async () => {
    hlc.issue();
    await hlc.close();
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
    await under.store.close();
    await under.scheduler.advance(10);
    await under.reopen();
    await start();
    expect(hlc.issue()).toMatchObject({ ms: under.clock.wallMs(), logical: 0 });
  });
});

describe('the ceiling', () => {
  it('is durable before stamps come near it, without anyone waiting', async () => {
    for (let second = 0; second < 30; second++) {
      await under.scheduler.advance(1000);
      expect(hlc.issue().ms).toBe(under.clock.wallMs());
    }
  });

  it('holds stamps under it while the disk stalls, and refuses them when they lag too far', async () => {
    under.gate.shut('sync');
    await under.scheduler.advance(LIMITS.hlcReserveMs + 3_000);
    const held = hlc.issue();
    expect(held.ms).toBeLessThan(under.clock.wallMs() - 2_000);
    expect(compareVersions(hlc.issue(), held)).toBeGreaterThan(0);
    await under.scheduler.advance(clockSkewMaxMs);
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
    await under.gate.open();
    await under.scheduler.advance(LIMITS.hlcTickMs);
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
  });

  it('is raised at once for an observed stamp beyond it', async () => {
    const ms = under.clock.wallMs() + LIMITS.hlcReserveMs + 2_000;
    hlc.observe({ ms, logical: 0 });
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
    await turn();
    expect(hlc.issue()).toMatchObject({ ms, logical: 1 });
  });

  it('that cannot be written ends the issuing of versions', async () => {
    under.disk.failWrites(SHARD_FOLDER);
    await under.scheduler.advance(LIMITS.hlcTickMs * 2);
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_STORE_FAILED' }));
    expect(under.failures).toHaveLength(1);
  });
});

describe('skew', () => {
  it.each([1, -1])('a clock beyond the bound off its peers (%i) issues nothing', (sign) => {
    offsetMs = sign * clockSkewMaxMs;
    hlc.issue();
    offsetMs = sign * (clockSkewMaxMs + 1);
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_CLOCK_SKEW' }));
    offsetMs = 0;
    hlc.issue();
  });

  it('a stamp far ahead is observed and read, but nothing is stamped above it', () => {
    const ms = under.clock.wallMs() + clockSkewMaxMs + 1;
    hlc.observe({ ms, logical: 3 });
    expect(hlc.read()).toEqual({ ms, logical: 3 });
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_CLOCK_SKEW' }));
  });
});

describe('a clock that was started before any peer has told its own', () => {
  beforeEach(async () => {
    hasPeers = true;
    await restart();
  });

  it('reads and issues no time of its own, but lets the node know it', async () => {
    const before = hlc.read();
    await under.scheduler.advance(60_000);
    expect(hlc.read()).toEqual(before);
    expect(hlc.ownMs()).toBe(under.clock.wallMs());
    expect(hlc.isCompared()).toBe(false);
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
  });

  it('reserves nothing, also when it observes a later time', async () => {
    const ceilingMs = under.store.ceilingMs();
    hlc.observe({ ms: under.clock.wallMs() + HOUR_MS, logical: 0 });
    await under.scheduler.advance(3_000);
    expect((await under.crash()).ceilingMs()).toBe(ceilingMs);
  });

  it('follows the time as soon as one has, and goes on when that one is gone', async () => {
    await under.scheduler.advance(60_000);
    offsetMs = 0;
    hlc.read();
    await turn();
    expect(hlc.read().ms).toBe(under.clock.wallMs());
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
    offsetMs = undefined;
    await under.scheduler.advance(10_000);
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
    expect(hlc.isCompared()).toBe(true);
  });
});

describe('a clock that has not been compared with its peers yet', () => {
  beforeEach(async () => {
    hlc.stop();
    under = await StoreUnderTest.open();
    make();
  });

  it('issues nothing, reads what it has observed, and leaves its own wall clock out', async () => {
    expect(hlc.read()).toEqual({ ms: 0, logical: 0 });
    expect(() => hlc.issue()).toThrow(/not been compared with its peers/);
    const seen = { ms: under.clock.wallMs() - HOUR_MS, logical: 7 };
    hlc.observe(seen);
    await under.scheduler.advance(3_000);
    expect(hlc.read()).toEqual(seen);
    expect((await under.crash()).ceilingMs()).toBe(0);
  });

  it('leaves the ceiling of the run before as it is, however it ends', async () => {
    await hlc.start();
    hlc.issue();
    await under.scheduler.advance(3_000);
    hlc.stop();
    const ceiling = (await under.crash()).ceilingMs();
    under.clock.jumpClock(HOUR_MS);
    make();
    expect(hlc.read()).toEqual({ ms: ceiling, logical: 0 });
    await under.scheduler.advance(3_000);
    expect((await under.crash()).ceilingMs()).toBe(ceiling);
    make();
    await hlc.close();
    await under.store.close();
    expect((await under.reopen()).ceilingMs()).toBe(ceiling);
  });

  it('follows the time of its peers from the start when they find it wrong', async () => {
    const rightMs = under.clock.wallMs();
    under.clock.jumpClock(HOUR_MS);
    offsetMs = HOUR_MS;
    await hlc.start();
    expect(hlc.read().ms).toBe(rightMs);
    expect((await under.crash()).ceilingMs()).toBe(rightMs + LIMITS.hlcReserveMs);
  });
});

describe.each([HOUR_MS, -HOUR_MS])('a clock that is stepped by %d ms while it runs', (stepMs) => {
  const rightMs = (): number => under.clock.wallMs() - stepMs;

  beforeEach(() => {
    offsetMs = stepMs;
    under.clock.jumpClock(stepMs);
  });

  it('reads the time of its peers, and goes on with it', async () => {
    expect(hlc.read().ms).toBe(rightMs());
    await under.scheduler.advance(60_000);
    expect(hlc.read().ms).toBe(rightMs());
  });

  it('reserves ceilings from it, and issues again when it is set right', async () => {
    await under.scheduler.advance(60_000);
    under.clock.jumpClock(-stepMs);
    offsetMs = 0;
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
    await restart();
    expect(hlc.issue().ms).toBeLessThanOrEqual(under.clock.wallMs() + LIMITS.hlcReserveMs);
  });
});

describe('a clock that trusted itself, and is found wrong when the first peers are heard', () => {
  beforeEach(async () => {
    hlc.stop();
    under = await StoreUnderTest.open();
    under.clock.jumpClock(HOUR_MS);
    await start();
  });

  it('takes the reserve back that nothing was issued or read of', async () => {
    offsetMs = HOUR_MS;
    await under.scheduler.advance(LIMITS.hlcTickMs);
    under.clock.jumpClock(-HOUR_MS);
    offsetMs = 0;
    await restart();
    const { ms } = hlc.issue();
    expect(ms).toBeLessThanOrEqual(under.clock.wallMs() + LIMITS.hlcReserveMs);
  });

  it('takes nothing back that it has issued', async () => {
    await under.scheduler.advance(30_000);
    const issued = hlc.issue();
    offsetMs = HOUR_MS;
    await under.scheduler.advance(LIMITS.hlcTickMs);
    offsetMs = 0;
    await restart();
    expect(compareVersions(hlc.issue(), issued)).toBeGreaterThan(0);
  });

  it('issues nothing of the reserve that it is taking back', async () => {
    under.gate.shut('sync');
    offsetMs = HOUR_MS;
    await under.scheduler.advance(LIMITS.hlcTickMs);
    offsetMs = 0;
    expect(() => hlc.issue()).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
    await under.gate.open();
    await under.scheduler.advance(LIMITS.hlcTickMs);
    expect(hlc.issue().ms).toBe(under.clock.wallMs());
  });
});
