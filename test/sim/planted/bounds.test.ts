import { describe, it, vi } from 'vitest';
import type * as ByteBudgetModule from '../../../src/node/admission/byte-budget.js';
import type * as LimitsModule from '../../../src/node/core/limits.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, named } from './find-violation.js';

type Mistake = 'a bound in kilobytes';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

// Bounds that a simulated load can reach, with the mistake and without.
vi.mock('../../../src/node/core/limits.js', async (importOriginal) => {
  const { LIMITS } = await importOriginal<typeof LimitsModule>();
  return { LIMITS: { ...LIMITS, nodeQueueBytes: 22_000, clientQueueBytes: 16_000 } };
});

vi.mock('../../../src/node/admission/byte-budget.js', async (importOriginal) => {
  const original = await importOriginal<typeof ByteBudgetModule>();
  class ByteBudget extends original.ByteBudget {
    constructor(limitBytes: number, parent?: ByteBudgetModule.ByteBudget) {
      super(planted.mistake === undefined ? limitBytes : limitBytes * 1024, parent);
    }
  }
  return { ...original, ByteBudget };
});

describe('a queue over its bound is caught, when', { timeout: 120_000 }, () => {
  it('a bound in bytes is taken for one in kilobytes', async () => {
    await expectCaught({
      plant: named(planted, 'a bound in kilobytes'),
      rule: 'queue-over-bound',
      seeds: 5,
      nodes: 3,
      clients: 40,
      minutes: 0.2,
      faults: ['n1', 'n2', 'n3'].map((node): ScheduledFault => ({
        atMs: 3_000,
        fault: { kind: 'disk-slow', node, stepMs: 800, forMs: 6_000 },
      })),
    });
  });
});
