import { describe, expect, it } from 'vitest';
import { HealAttempts } from '../../../../src/node/coordinator/heal-attempts.js';
import type { CorruptCopy } from '../../../../src/node/coordinator/operation-context.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';

function copy(key: string, nodeId = 'a', namespace = 'default'): CorruptCopy {
  return { namespace, key: utf8Encode(key), nodeId };
}

describe('attempts to heal', () => {
  it('go on one at a time for one copy, and side by side for copies of another key, node or namespace', () => {
    const attempts = new HealAttempts();
    expect(attempts.begin(copy('k'), 0)).toBe(true);
    expect(attempts.begin(copy('k'), 10_000)).toBe(false);
    for (const other of [copy('l'), copy('k', 'b'), copy('k', 'a', 'other')])
      expect(attempts.begin(other, 0)).toBe(true);
  });

  it('wait after each failure in a row twice as long as before, up to a bound', () => {
    const attempts = new HealAttempts();
    let nowMs = 0;
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]) {
      expect(attempts.begin(copy('k'), nowMs)).toBe(true);
      attempts.failed(copy('k'), nowMs);
      expect(attempts.begin(copy('k'), nowMs + waitMs - 1)).toBe(false);
      nowMs += waitMs;
    }
  });

  it('begin anew after a success', () => {
    const attempts = new HealAttempts();
    for (const nowMs of [0, 1_000]) {
      expect(attempts.begin(copy('k'), nowMs)).toBe(true);
      attempts.failed(copy('k'), nowMs);
    }
    expect(attempts.begin(copy('k'), 3_000)).toBe(true);
    attempts.succeeded(copy('k'));
    expect(attempts.begin(copy('k'), 3_000)).toBe(true);
    attempts.failed(copy('k'), 3_000);
    expect(attempts.begin(copy('k'), 4_000)).toBe(true);
  });

  it('are at most so many at once; what does not fit is not held against the copy', () => {
    const attempts = new HealAttempts();
    for (let i = 0; i < LIMITS.backgroundHeals; i++)
      expect(attempts.begin(copy(`k${i}`), 0)).toBe(true);
    expect(attempts.begin(copy('k'), 0)).toBe(false);
    attempts.succeeded(copy('k0'));
    expect(attempts.begin(copy('k'), 0)).toBe(true);
  });

  it('forget the oldest failures when there are too many to remember', () => {
    const attempts = new HealAttempts();
    for (let i = 0; i <= LIMITS.failedHealsRemembered; i++) {
      expect(attempts.begin(copy(`k${i}`), 0)).toBe(true);
      attempts.failed(copy(`k${i}`), 0);
    }
    expect(attempts.begin(copy('k1'), 0)).toBe(false);
    expect(attempts.begin(copy('k0'), 0)).toBe(true);
  });
});
