import { describe, it } from 'vitest';
import { GroupRepairs } from '../../../src/node/repair/group-repair.js';
import { expectCaught, inMethod } from './find-violation.js';

describe('the ring changes wrongly, and that is caught, when', { timeout: 600_000 }, () => {
  it('nothing is moved', async () => {
    const plant = inMethod(
      GroupRepairs.prototype,
      'run',
      (right) =>
        async function (this: GroupRepairs, group, order) {
          return order.isEnough === undefined ? await right.call(this, group, order) : 'alone';
        },
    );
    const hunt = { seeds: 6, minutes: 3.5, ringChanges: true } as const;
    await expectCaught({ ...hunt, plant, rule: 'acknowledged-write-lost' });
  });
});
