import { describe, expect, it, vi } from 'vitest';
import type * as OperationModule from '../../../src/client/operation.js';
import { KvError } from '../../../src/node/core/errors.js';
import type * as ReadQuorumModule from '../../../src/node/core/quorum/read-quorum.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { CUT_OFF, expectCaught, named } from './find-violation.js';

type Mistake = 'one answer is enough' | 'goes on in the background';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/quorum/read-quorum.js', async (importOriginal) => {
  const original = await importOriginal<typeof ReadQuorumModule>();
  class ReadQuorum extends original.ReadQuorum {
    constructor(plan: ReadQuorumModule.ReadPlan, replicas: number) {
      const groups = plan.requirement.groups.map((group) => ({ ...group, needed: 1 }));
      const requirement = { ...plan.requirement, groups };
      super(planted.mistake === 'one answer is enough' ? { ...plan, requirement } : plan, replicas);
    }
  }
  return { ...original, ReadQuorum };
});

vi.mock('../../../src/client/operation.js', async (importOriginal) => {
  const original = await importOriginal<typeof OperationModule>();
  const runOperation: typeof original.runOperation = (context, call, done) => {
    original.runOperation(context, call, (result) => {
      done(result);
      const isUnknown = result instanceof KvError && result.outcome === 'unknown';
      if (planted.mistake !== 'goes on in the background' || !isUnknown) return;
      for (let i = 1; i <= 8; i++)
        context.clock.after(i * 8_000, () => {
          const request = { ...call.request, version: context.issue() };
          original.runOperation(context, { ...call, request }, () => undefined);
        });
    });
  };
  return { ...original, runOperation };
});

describe('a history that no register has is caught, when', { timeout: 120_000 }, () => {
  it('a read at any level is answered by one replica', async () => {
    await expectCaught({
      plant: named(planted, 'one answer is enough'),
      rule: 'not-linearizable',
      seeds: 10,
      nodes: 3,
      minutes: 0.5,
      faults: CUT_OFF,
    });
  });

  it('a client goes on with a write of unknown outcome in the background, under new stamps', async () => {
    const faults = [15, 30, 45].flatMap((second) =>
      ['n2', 'n3'].map((machine): ScheduledFault => ({
        atMs: second * 1_000,
        fault: { kind: 'pause', machine, forMs: 8_000 },
      })),
    );
    const found = await expectCaught({
      plant: named(planted, 'goes on in the background'),
      rule: 'not-linearizable',
      seeds: 10,
      nodes: 3,
      clients: 2,
      minutes: 2,
      faults,
    });
    // Its outcome was unknown, and its versions go up: no other rule has anything against it.
    expect(found.rules).toEqual(['not-linearizable']);
  });
});
