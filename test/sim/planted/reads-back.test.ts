import { afterEach, describe, it, vi } from 'vitest';
import type * as ReadRepairModule from '../../../src/node/core/quorum/read-repair.js';
import { planSpread } from '../../../src/node/core/quorum/spread.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, named } from './find-violation.js';
import { keepNoHints } from './keep-no-hints.js';

type Mistake = 'nothing is repaired';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/quorum/read-repair.js', async (importOriginal) => {
  const original = await importOriginal<typeof ReadRepairModule>();
  const planReadRepair: typeof original.planReadRepair = (disagreement) => {
    if (planted.mistake === undefined) return original.planReadRepair(disagreement);
    const { requirement, answers } = disagreement;
    const holdings = answers.map((answer) => (answer === undefined ? 'unknown' : 'has'));
    return planSpread(requirement, holdings);
  };
  return { ...original, planReadRepair };
});

const NODES = ['n1', 'n2', 'n3'];

/** Disks are slow, and one node after the other loses power: of writes that are given up some copies have been written. */
const CRASHES: readonly ScheduledFault[] = [
  ...NODES.map((node): ScheduledFault => ({
    atMs: 2_000,
    fault: { kind: 'disk-slow', node, stepMs: 120, forMs: 30_000 },
  })),
  ...[...NODES, ...NODES, ...NODES].map((node, i): ScheduledFault => ({
    atMs: 4_000 + i * 3_000,
    fault: { kind: 'crash', node, forMs: 1_500, underWay: 'lost' },
  })),
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('quorum reads go back, and that is caught, when', { timeout: 120_000 }, () => {
  it('a read answers with the newest copy, and does not bring it to those that lack it', async () => {
    keepNoHints();
    await expectCaught({
      plant: named(planted, 'nothing is repaired'),
      rule: 'read-went-back',
      seeds: 12,
      nodes: 3,
      minutes: 0.6,
      faults: CRASHES,
    });
  });
});
