import { afterEach, describe, it, vi } from 'vitest';
import type * as SuspicionModule from '../../../src/node/core/membership/suspicion.js';
import { LogPuller } from '../../../src/node/metadata/log-puller.js';
import { RepairCycle } from '../../../src/node/repair/repair-cycle.js';
import { Store } from '../../../src/node/store/store.js';
import { expectCaught, inMethod, named } from './find-violation.js';
import { keepNoHints } from './keep-no-hints.js';

type Mistake = 'down is for ever';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/membership/suspicion.js', async (importOriginal) => {
  const original = await importOriginal<typeof SuspicionModule>();
  const judge: typeof original.judge = (belief, evidence, nowMs) =>
    planted.mistake === 'down is for ever' && belief.kind === 'down'
      ? { next: belief, event: undefined }
      : original.judge(belief, evidence, nowMs);
  return { ...original, judge };
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a cluster does not converge, and that is caught, when', { timeout: 120_000 }, () => {
  it('a node that missed entries of the metadata log does not ask for them', async () => {
    const sides = [['n3'], ['n1', 'n2']];
    await expectCaught({
      plant: inMethod(LogPuller.prototype, 'observe', () => () => undefined),
      rule: 'not-converged',
      seeds: 10,
      nodes: 3,
      minutes: 0.4,
      faults: [
        { atMs: 3_000, fault: { kind: 'partition', sides, direction: 'both', forMs: 20_000 } },
        { atMs: 12_000, fault: { kind: 'restart', node: 'n2', forMs: 1_000 } },
      ],
    });
  });

  it('replicas confirm repairs that they do not store', async () => {
    keepNoHints();
    await expectCaught({
      plant: inMethod(
        Store.prototype,
        'apply',
        (apply) =>
          function (this: Store, mutation, done) {
            const isRepair = mutation.repair || mutation.priority === 'background';
            if (isRepair) done({ kind: 'written' });
            else apply.call(this, mutation, done);
          },
      ),
      rule: 'not-converged',
      seeds: 10,
      nodes: 3,
      minutes: 0.4,
      faults: [
        { atMs: 5_000, fault: { kind: 'crash', node: 'n1', forMs: 10_000, underWay: 'lost' } },
      ],
    });
  });

  it('nobody repairs what no hint and no read brings', async () => {
    keepNoHints();
    await expectCaught({
      plant: inMethod(RepairCycle.prototype, 'start', () => () => undefined),
      rule: 'not-converged',
      seeds: 3,
      nodes: 3,
      minutes: 0.4,
      faults: [
        { atMs: 5_000, fault: { kind: 'crash', node: 'n1', forMs: 12_000, underWay: 'lost' } },
      ],
    });
  });

  it('a node that was held for down is never seen up again', async () => {
    await expectCaught({
      plant: named(planted, 'down is for ever'),
      rule: 'not-converged',
      seeds: 5,
      nodes: 3,
      minutes: 0.4,
      faults: [{ atMs: 2_000, fault: { kind: 'pause', machine: 'n1', forMs: 15_000 } }],
    });
  });
});
