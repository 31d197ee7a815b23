import { describe, it } from 'vitest';
import { HintDelivery } from '../../../src/node/hints/hint-delivery.js';
import { HintStore } from '../../../src/node/hints/hint-store.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, inMethod } from './find-violation.js';

const CRASH: readonly ScheduledFault[] = [
  { atMs: 5_000, fault: { kind: 'crash', node: 'n1', forMs: 12_000, underWay: 'lost' } },
];
const HUNT = { seeds: 5, nodes: 3, minutes: 0.4, faults: CRASH } as const;

describe('a hint that does not do what it is for is caught, when', { timeout: 120_000 }, () => {
  it('it is forgotten without having been sent', async () => {
    await expectCaught({
      ...HUNT,
      plant: inMethod(HintDelivery.prototype, 'deliver', () => async () => 'delivered'),
      rule: 'hint-forgotten',
    });
  });

  it('it is sent and never forgotten', async () => {
    await expectCaught({
      ...HUNT,
      plant: inMethod(HintStore.prototype, 'remove', () => async () => false),
      rule: 'hint-never-ends',
    });
  });
});
