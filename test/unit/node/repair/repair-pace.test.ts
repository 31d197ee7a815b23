import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { RepairQuestion } from '../../../../src/node/core/repair/repair-messages.js';
import { RepairPace } from '../../../../src/node/repair/repair-pace.js';
import type { RepairPartner } from '../../../../src/node/repair/repair-partner.js';

const APPLY: RepairQuestion = { kind: 'apply', copies: [], drops: [] };
const COMPLETE: RepairQuestion = { kind: 'complete', runs: [], floorMs: 0, boot: 1, agoMs: 5 };
const MOST = LIMITS.repairBytesPerSecond;

let nowMs: number;
let pace: RepairPace;
/** What the partner does with the next question. */
let takesMs: number;
let queuedBytes: number;
let refusals: number;
let code: 'KV_OVERLOADED' | 'KV_UNREACHABLE' | 'KV_READ_TIMEOUT';
let asked: number;
let waits: number[];

const partner: RepairPartner = {
  name: 'n2',
  ask: async () => {
    asked += 1;
    nowMs += takesMs;
    if (refusals === 0) return { kind: 'applied', queuedBytes };
    refusals -= 1;
    throw new KvError(code, 'not now');
  },
};

beforeEach(() => {
  [nowMs, takesMs, queuedBytes, refusals, asked] = [0, 10, 0, 0, 0];
  code = 'KV_OVERLOADED';
  waits = [];
  pace = new RepairPace({ monotonicMs: () => nowMs });
});

async function ask(question: RepairQuestion = APPLY, nodeId = 'b'): Promise<void> {
  const wait = async (delayMs: number): Promise<void> => {
    waits.push(delayMs);
    nowMs += delayMs;
  };
  await pace.watch(nodeId, partner, wait).ask(question);
}

/** Some answers, each so late that the rate may change with it. */
async function askOften(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    nowMs += LIMITS.repairPaceMs;
    await ask();
  }
}

function rateOf(nodeId: string): number | undefined {
  return pace.slowest([nodeId])?.bytesPerSecond;
}

describe('the rate of repairs to a node', () => {
  it('is the highest while the node answers as usual', async () => {
    await askOften(20);
    expect(pace.slowest(['a', 'b'])).toEqual({ nodeId: 'a', bytesPerSecond: MOST, why: '' });
  });

  it('halves when the node refuses, and the question is asked again after a while', async () => {
    refusals = 2;
    await ask();
    expect(asked).toBe(3);
    expect(waits).toEqual([LIMITS.repairRefusedMs, 2 * LIMITS.repairRefusedMs]);
    // It was halved, and has risen with the answer after that.
    const bytesPerSecond = MOST / 2 + LIMITS.repairStepBytesPerSecond;
    expect(pace.slowest(['a', 'b'])).toMatchObject({ nodeId: 'b', bytesPerSecond });
    expect(pace.slowest(['b'])?.why).toContain('refuses');
    expect(rateOf('a')).toBe(MOST);
  });

  it('halves when the answer takes much longer than usual, not when it always does', async () => {
    takesMs = 150;
    await askOften(20);
    expect(rateOf('b')).toBe(MOST);
    takesMs = 700;
    await askOften(1);
    expect(rateOf('b')).toBe(MOST / 2);
    expect(pace.slowest(['b'])?.why).toContain('slowly');
  });

  it('does not halve for what takes a few times as long, and is still short', async () => {
    takesMs = 1;
    await askOften(5);
    takesMs = LIMITS.repairSlowMs;
    await askOften(5);
    expect(rateOf('b')).toBe(MOST);
  });

  it('halves for what takes very long, also when nothing else is known', async () => {
    takesMs = LIMITS.repairSlowestMs + 1;
    await askOften(2);
    expect(rateOf('b')).toBe(MOST / 4);
  });

  it('halves while much waits to be written there', async () => {
    queuedBytes = LIMITS.repairBusyBytes + 1;
    await askOften(1);
    expect(pace.slowest(['b'])).toMatchObject({ bytesPerSecond: MOST / 2 });
    expect(pace.slowest(['b'])?.why).toContain('much to write');
  });

  it('halves once for what is seen at one time', async () => {
    queuedBytes = LIMITS.repairBusyBytes + 1;
    nowMs = LIMITS.repairPaceMs;
    for (let i = 0; i < 5; i++) await ask();
    expect(rateOf('b')).toBe(MOST / 2);
  });

  it('has a least, and rises again by steps up to the highest', async () => {
    queuedBytes = LIMITS.repairBusyBytes + 1;
    await askOften(50);
    expect(rateOf('b')).toBe(LIMITS.repairLeastBytesPerSecond);
    queuedBytes = 0;
    await askOften(1);
    const { repairLeastBytesPerSecond, repairStepBytesPerSecond } = LIMITS;
    expect(rateOf('b')).toBe(repairLeastBytesPerSecond + repairStepBytesPerSecond);
    expect(pace.slowest(['b'])?.why).not.toBe('');
    await askOften(50);
    expect(pace.slowest(['b'])).toEqual({ nodeId: 'b', bytesPerSecond: MOST, why: '' });
  });

  it('is halved soon after it has risen, when it was too much', async () => {
    queuedBytes = LIMITS.repairBusyBytes + 1;
    await askOften(3);
    queuedBytes = 0;
    await askOften(1);
    queuedBytes = LIMITS.repairBusyBytes + 1;
    const before = rateOf('b') ?? 0;
    await ask();
    expect(rateOf('b')).toBe(before / 2);
  });

  it('is known of the node that takes least of all', async () => {
    expect(pace.slowestOfAll()).toBeUndefined();
    await ask(APPLY, 'a');
    refusals = 1;
    await ask(APPLY, 'b');
    expect(pace.slowestOfAll()).toMatchObject({ nodeId: 'b' });
  });
});

describe('a question that is not answered', () => {
  it('ends the repair when it is refused too often', async () => {
    refusals = Infinity;
    await expect(ask()).rejects.toThrow('not now');
    expect(asked).toBe(5);
    expect(waits.at(-1)).toBe(LIMITS.repairRefusedMostMs);
  });

  it('is not asked again when it is the last one, or the node is away', async () => {
    refusals = Infinity;
    await expect(ask(COMPLETE)).rejects.toThrow('not now');
    code = 'KV_UNREACHABLE';
    await expect(ask()).rejects.toThrow('not now');
    expect(asked).toBe(2);
    expect(waits).toEqual([]);
  });

  it('in time slows the next repair', async () => {
    refusals = Infinity;
    code = 'KV_READ_TIMEOUT';
    await expect(ask()).rejects.toThrow('not now');
    expect(rateOf('b')).toBe(MOST / 2);
  });
});
