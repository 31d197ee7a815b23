import { describe, it, vi } from 'vitest';
import type * as OperationModule from '../../../src/client/operation.js';
import { ByteBudget } from '../../../src/node/admission/byte-budget.js';
import { KvError } from '../../../src/node/core/errors.js';
import type * as PhiAccrualModule from '../../../src/node/core/membership/phi-accrual.js';
import type * as SuspicionModule from '../../../src/node/core/membership/suspicion.js';
import { LogService } from '../../../src/node/metadata/metadata-service.js';
import { Store } from '../../../src/node/store/store.js';
import type { Fault, ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, inMethod, named, RESTLESS } from './find-violation.js';

type Mistake = 'silence is death' | 'a failure is not told';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/membership/suspicion.js', async (importOriginal) => {
  const original = await importOriginal<typeof SuspicionModule>();
  const judge: typeof original.judge = (belief, evidence, nowMs) =>
    planted.mistake === 'silence is death' && evidence.kind === 'silence'
      ? original.judge(belief, { kind: 'left', reason: 'silent' }, nowMs)
      : original.judge(belief, evidence, nowMs);
  return { ...original, judge };
});

vi.mock('../../../src/node/core/membership/phi-accrual.js', async (importOriginal) => {
  const original = await importOriginal<typeof PhiAccrualModule>();
  const forgotten = (): number => (planted.mistake === 'silence is death' ? 2.3026 : 1);
  const phiOf: typeof original.phiOf = (window, ageMs) =>
    original.phiOf(window, ageMs) * forgotten();
  const leastSilenceMs: typeof original.leastSilenceMs = (phi) =>
    original.leastSilenceMs(phi) / forgotten();
  return { ...original, phiOf, leastSilenceMs };
});

vi.mock('../../../src/client/operation.js', async (importOriginal) => {
  const original = await importOriginal<typeof OperationModule>();
  const runOperation: typeof original.runOperation = (context, call, done) => {
    original.runOperation(context, call, (result) => {
      const lost = result instanceof KvError && result.code === 'KV_UNAVAILABLE';
      if (planted.mistake !== 'a failure is not told' || !lost) done(result);
    });
  };
  return { ...original, runOperation };
});

/** Bad enough for a heartbeat to be missed, and no reason to hold anybody for dead. */
const WEATHER: Fault = {
  kind: 'network',
  loss: 0.05,
  duplicates: 0,
  latencyFactor: 5,
  bytesPerMs: undefined,
  forMs: 50_000,
};

const TWO_OF_THREE: readonly ScheduledFault[] = [
  { atMs: 3_000, fault: { kind: 'crash', node: 'n1', forMs: 5_000, underWay: 'lost' } },
  { atMs: 3_000, fault: { kind: 'crash', node: 'n2', forMs: 10_000, underWay: 'lost' } },
];

describe('what takes too long, or too much, is caught, when', { timeout: 120_000 }, () => {
  it('phi is taken by the wrong logarithm, and a suspect for dead without a probe', async () => {
    await expectCaught({
      plant: named(planted, 'silence is death'),
      rule: 'false-death',
      seeds: 5,
      minutes: 1,
      faults: [{ atMs: 3_000, fault: WEATHER }],
    });
  });

  it('a budget of bytes is never given back', async () => {
    await expectCaught({
      plant: inMethod(ByteBudget.prototype, 'release', () => () => undefined),
      rule: 'queue-over-bound',
      seeds: 1,
      nodes: 3,
      minutes: 0.2,
      faults: 'none',
    });
  });

  it('a replica does not answer to a write that was superseded', async () => {
    await expectCaught({
      plant: inMethod(
        Store.prototype,
        'apply',
        (apply) =>
          function (this: Store, mutation, done) {
            apply.call(this, mutation, (outcome) => {
              if (outcome.kind !== 'superseded') done(outcome);
            });
          },
      ),
      rule: 'queue-over-bound',
      seeds: 5,
      nodes: 3,
      minutes: 0.4,
      faults: [{ atMs: 3_000, fault: { kind: 'clock-jump', machine: 'c1', byMs: 400 } }],
    });
  });

  it('a client does not tell of an operation that nobody could serve', async () => {
    await expectCaught({
      plant: named(planted, 'a failure is not told'),
      rule: 'waits-for-ever',
      seeds: 5,
      nodes: 3,
      minutes: 0.4,
      faults: TWO_OF_THREE,
    });
  });

  it('a change of metadata that finds no majority of voters is never answered', async () => {
    await expectCaught({
      plant: inMethod(
        LogService.prototype,
        'change',
        (change) =>
          function (this: LogService, decide, remainingMs) {
            return new Promise((resolve) => {
              change.call(this, decide, remainingMs).then(resolve, () => undefined);
            });
          },
      ),
      rule: 'waits-for-ever',
      seeds: RESTLESS,
      nodes: 3,
      minutes: 0.4,
      faults: TWO_OF_THREE,
    });
  });
});
