import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.js';

describe('one seed', () => {
  it('gives one trace, however often it is run in a process', async () => {
    const first = await runSeed(11, { minutes: 0.5 });
    const second = await runSeed(11, { minutes: 0.5 });
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.history).toEqual(first.history);
    expect(second.chronicle).toEqual(first.chronicle);
  });

  it('gives the same trace while one of its keys is followed', async () => {
    const plain = await runSeed(12, { minutes: 0.5 });
    const followed = await runSeed(12, { minutes: 0.5, follow: 'hot-1' });
    expect(followed.traceHash).toBe(plain.traceHash);
    expect(followed.chronicle.length).toBeGreaterThan(plain.chronicle.length);
  });

  it('gives another trace than another seed, and than other faults', async () => {
    const options = { minutes: 0.5, faults: 'none' } as const;
    const { traceHash } = await runSeed(13, options);
    expect((await runSeed(14, options)).traceHash).not.toBe(traceHash);
    const crash = { kind: 'crash', node: 'n1', forMs: 2_000, underWay: 'lost' } as const;
    const crashed = await runSeed(13, { ...options, faults: [{ atMs: 20_000, fault: crash }] });
    expect(crashed.traceHash).not.toBe(traceHash);
  });
});
