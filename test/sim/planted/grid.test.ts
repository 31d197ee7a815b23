import { describe, it } from 'vitest';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { GridPages } from '../../../src/node/store/grid/grid-pages.js';
import { PageCache } from '../../../src/node/store/grid/page-cache.js';
import { expectCaught, inMethod, type Hunt } from './find-violation.js';

/** Nodes crash one after the other, and each comes back with what its disk has. */
const CRASHES: readonly ScheduledFault[] = ['n1', 'n2', 'n3', 'n1', 'n2', 'n3'].map((node, i) => ({
  atMs: 3_000 + 3_000 * i,
  fault: { kind: 'crash', node, forMs: 500, underWay: 'lost' },
}));

const RUN: Omit<Hunt, 'plant' | 'faults'> = {
  rule: 'grid-differs',
  seeds: 10,
  nodes: 3,
  minutes: 0.4,
};

describe('a hash grid that differs from the records is caught, when', { timeout: 120_000 }, () => {
  it('a page gets changes again that it has already', async () => {
    await expectCaught({
      ...RUN,
      faults: CRASHES,
      plant: inMethod(
        PageCache.prototype,
        'loaded',
        (loaded) =>
          function (this: PageCache, page, stored) {
            loaded.call(this, page, stored);
            page.stored = 0;
          },
      ),
    });
  });

  it('changes are forgotten before the pages have them', async () => {
    await expectCaught({
      ...RUN,
      faults: CRASHES,
      plant: inMethod(PageCache.prototype, 'neededFrom', () => () => Infinity),
    });
  });

  it('nobody minds that a corrupt copy went', async () => {
    await expectCaught({
      ...RUN,
      faults: ['n1', 'n2', 'n3', 'n1', 'n2', 'n3'].map((node, i) => ({
        atMs: 2_000 + 3_000 * i,
        fault: { kind: 'rot', node },
      })),
      plant: inMethod(GridPages.prototype, 'lose', () => () => undefined),
    });
  });
});
