import { describe, expect, it } from 'vitest';
import { isLate, oldestRepair } from '../../../../../src/node/core/repair/oldest-repair.js';
import type { NodeView } from '../../../../../src/node/core/views/node-views.js';
import { exampleStatus } from '../../../cli/example-views.js';

const HOUR_MS = 3_600_000;

/** The nodes of the example, the first of which owns a range of that age. */
function nodesWith(ageMs: number | undefined): readonly NodeView[] {
  return exampleStatus.nodes.map((node, i) =>
    i > 0 || node.report === undefined
      ? { ...node, report: undefined }
      : { ...node, report: { ...node.report, repairOldestAgeMs: ageMs } },
  );
}

describe('the oldest range of a cluster', () => {
  it('is that of the node that says the most', () => {
    const nodes = [...nodesWith(HOUR_MS), ...nodesWith(5 * HOUR_MS), ...nodesWith(undefined)];
    expect(oldestRepair(nodes)).toMatchObject({ ageMs: 5 * HOUR_MS, cycleMs: 24 * HOUR_MS });
  });

  it('is not known while nobody repairs', () => {
    expect(oldestRepair(nodesWith(undefined))).toBeUndefined();
  });

  it('is late half a cycle after its turn', () => {
    const late = (ageMs: number): boolean => isLate({ ageMs, cycleMs: 24 * HOUR_MS });
    expect([late(24 * HOUR_MS), late(36 * HOUR_MS), late(36 * HOUR_MS + 1)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
