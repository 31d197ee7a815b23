import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Hlc, LOGICAL_MAX } from '../../src/node/core/version/hlc.js';
import { compareStamps } from '../../src/node/core/version/version.js';
import type { Stamp } from '../../src/node/core/version/version.js';

const wall = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2 ** 47 }));
const nearby: fc.Arbitrary<Stamp> = fc.record({
  ms: fc.integer({ min: 0, max: 60 }),
  logical: fc.oneof(fc.constant(LOGICAL_MAX), fc.integer({ min: 0, max: LOGICAL_MAX })),
});
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('issue' as const), wallMs: wall }),
    fc.record({ kind: fc.constant('read' as const), wallMs: wall }),
    fc.record({ kind: fc.constant('observe' as const), stamp: nearby }),
  ),
  { maxLength: 60 },
);

it('under any wall clock, issued stamps rise above all issued, read and observed ones', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new Hlc({ ms: 0, logical: 0 });
      let highest: Stamp = { ms: 0, logical: 0 };
      for (const step of all) {
        if (step.kind === 'observe') {
          clock.observe(step.stamp);
          if (compareStamps(step.stamp, highest) > 0) highest = step.stamp;
          continue;
        }
        const stamp = step.kind === 'issue' ? clock.issue(step.wallMs) : clock.read(step.wallMs);
        const order = compareStamps(stamp, highest);
        expect(step.kind === 'issue' ? order > 0 : order >= 0).toBe(true);
        expect(stamp.ms).toBeGreaterThanOrEqual(step.wallMs);
        expect(stamp.logical).toBeLessThanOrEqual(LOGICAL_MAX);
        highest = stamp;
      }
    }),
    { numRuns: 500 },
  );
});

it('an issued stamp is the least one that is above all seen and not behind the wall', () => {
  fc.assert(
    fc.property(nearby, wall, (seen, wallMs) => {
      const clock = new Hlc(seen);
      const stamp = clock.issue(wallMs);
      const least =
        wallMs > seen.ms
          ? { ms: wallMs, logical: 0 }
          : seen.logical === LOGICAL_MAX
            ? { ms: seen.ms + 1, logical: 0 }
            : { ms: seen.ms, logical: seen.logical + 1 };
      expect(stamp).toEqual(least);
    }),
  );
});

it('what is issuable under a ceiling is issued below it', () => {
  fc.assert(
    fc.property(
      fc.tuple(nearby, wall),
      fc.integer({ min: 0, max: 80 }),
      ([seen, wallMs], ceiling) => {
        const clock = new Hlc(seen);
        const issuable = clock.issuable(wallMs, ceiling);
        expect(clock.issue(wallMs).ms < ceiling).toBe(issuable);
      },
    ),
  );
});

it('65,536 stamps in one millisecond carry into the next and stay in order', () => {
  const clock = new Hlc({ ms: 7, logical: 0 });
  let last: Stamp = { ms: 0, logical: 0 };
  let rising = 0;
  for (let i = 0; i < LOGICAL_MAX + 10; i++) {
    const stamp = clock.issue(7);
    if (compareStamps(stamp, last) > 0) rising += 1;
    last = stamp;
  }
  expect(rising).toBe(LOGICAL_MAX + 10);
  expect(last.ms).toBe(8);
});
