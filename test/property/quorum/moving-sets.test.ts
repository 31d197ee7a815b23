import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountedLevel } from '../../../src/node/core/quorum/consistency-level.js';
import type { RequirementUse } from '../../../src/node/core/quorum/requirement.js';
import {
  arbitraryLevels,
  arbitraryMove,
  askedIn,
  isMetBy,
  planIn,
  type Move,
  type Step,
} from './moving-plans.js';

/** What is asked in one step. */
interface Asked {
  readonly step: Step;
  readonly level: CountedLevel;
  readonly use: RequirementUse;
}

/** Whether these nodes are as many as are asked for. */
function isEnough(move: Move, nodes: ReadonlySet<number>, { step, ...query }: Asked): boolean {
  return isMetBy(planIn(move, step), askedIn(move, step, query), (node) => nodes.has(node));
}

/** Nodes that are enough for the one are met by all that are enough for the other: what they leave is not enough. */
function checkMeets(
  { move, nodes }: { readonly move: Move; readonly nodes: ReadonlySet<number> },
  one: Asked,
  other: Asked,
): void {
  if (!isEnough(move, nodes, one)) return;
  const left = new Set([...move.dcs.keys()].filter((node) => !nodes.has(node)));
  expect(isEnough(move, left, other), `${one.step} ${one.use}, ${other.step} ${other.use}`).toBe(
    false,
  );
}

const cases = arbitraryMove.chain((move) =>
  fc.record({
    move: fc.constant(move),
    levels: arbitraryLevels,
    nodes: fc.subarray([...move.dcs.keys()]).map((nodes) => new Set(nodes)),
  }),
);

/** What is read in one of the second steps meets what is on enough nodes in one of the first steps. */
function meets(firsts: readonly Step[], seconds: readonly Step[], use: RequirementUse): void {
  fc.assert(
    fc.property(cases, ({ move, levels, nodes }) => {
      // What a read has found and written back is read at its own level later.
      const level = use === 'write' ? levels.write : levels.read;
      for (const first of firsts)
        for (const second of seconds)
          checkMeets(
            { move, nodes },
            { step: first, level, use },
            { step: second, level: levels.read, use: 'read' },
          );
    }),
    { numRuns: 800 },
  );
}

describe('while a key moves', () => {
  it('a write of either step is met by every read of the ring before, of both steps, and of the ring after', () => {
    meets(['write-both', 'read-new'], ['old', 'write-both', 'read-new', 'new'], 'write');
  });

  it('a write before is met by the reads of the first step, and one after by those of the second', () => {
    meets(['old'], ['old', 'write-both'], 'write');
    meets(['new'], ['read-new', 'new'], 'write');
  });

  it('what a read of the first step has found in agreement is met by every read of either step, after it, and after a cancelled plan', () => {
    meets(['write-both'], ['old', 'write-both', 'read-new', 'new'], 'read');
  });

  it('what a read of the second step has found in agreement is met by every read that is still made', () => {
    meets(['read-new'], ['write-both', 'read-new', 'new'], 'read');
  });

  it('what a read writes back is met by every read of all steps', () => {
    meets(['write-both', 'read-new'], ['old', 'write-both', 'read-new', 'new'], 'repair');
  });
});
