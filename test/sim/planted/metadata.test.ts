import { describe, it, vi } from 'vitest';
import type * as AcceptorModule from '../../../src/node/core/paxos/acceptor.js';
import type * as ProposerModule from '../../../src/node/core/paxos/proposer.js';
import { LogKeeper } from '../../../src/node/metadata/log-keeper.js';
import type * as MetadataStoreModule from '../../../src/node/metadata/metadata-store.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, inMethod, named, RESTLESS } from './find-violation.js';

type Mistake = 'promises nothing' | 'persists no vote' | 'proposes its own';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/paxos/acceptor.js', async (importOriginal) => {
  const original = await importOriginal<typeof AcceptorModule>();
  const prepare: typeof original.prepare = (state, ballot) => {
    const step = original.prepare(state, ballot);
    return planted.mistake === 'promises nothing' ? { ...step, state } : step;
  };
  return { ...original, prepare };
});

vi.mock('../../../src/node/core/paxos/proposer.js', async (importOriginal) => {
  const original = await importOriginal<typeof ProposerModule>();
  const step: typeof original.step = (proposal, from, answer) =>
    planted.mistake === 'proposes its own' && answer.kind === 'promised'
      ? original.step(proposal, from, { kind: 'promised', accepted: undefined })
      : original.step(proposal, from, answer);
  return { ...original, step };
});

vi.mock('../../../src/node/metadata/metadata-store.js', async (importOriginal) => {
  const original = await importOriginal<typeof MetadataStoreModule>();
  const ACCEPTOR = 0x61;
  const changesBetween: typeof original.changesBetween = (before, after) => {
    const batch = original.changesBetween(before, after);
    if (planted.mistake !== 'persists no vote') return batch;
    return batch.filter(({ key }) => key[0] !== ACCEPTOR);
  };
  return { ...original, changesBetween };
});

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** Slow disks, and all nodes lose power again and again; each time another one stays down for longest. */
function powerCuts(): readonly ScheduledFault[] {
  const slow = NODES.map((node): ScheduledFault => ({
    atMs: 5_000,
    fault: { kind: 'disk-slow', node, stepMs: 100, forMs: 45_000 },
  }));
  const crashes = Array.from({ length: 10 }, (_, i) =>
    NODES.map((node, j): ScheduledFault => ({
      atMs: 10_000 + i * 4_000,
      fault: { kind: 'crash', node, forMs: i % 5 === j ? 3_500 : 1_000, underWay: 'lost' },
    })),
  );
  return [...slow, ...crashes.flat()];
}

/** One node is cut off for half of each second, and misses some of the entries that it is told. */
const FLICKER = Array.from({ length: 35 }, (_, i): ScheduledFault => ({
  atMs: 2_000 + i * 1_000,
  fault: { kind: 'partition', sides: [['n3'], ['n1', 'n2']], direction: 'both', forMs: 500 },
}));

describe('two truths of one epoch are caught, when', { timeout: 120_000 }, () => {
  it('a voter forgets what it has promised at once', async () => {
    await expectCaught({
      plant: named(planted, 'promises nothing'),
      rule: 'metadata-diverged',
      seeds: RESTLESS,
      nodes: 3,
      minutes: 1,
    });
  });

  it('a proposer gets its own entry accepted where another one was accepted before', async () => {
    await expectCaught({
      plant: named(planted, 'proposes its own'),
      rule: 'metadata-diverged',
      seeds: RESTLESS,
      nodes: 3,
      minutes: 1,
    });
  });

  it('a voter keeps its votes in memory only', async () => {
    await expectCaught({
      plant: named(planted, 'persists no vote'),
      rule: 'metadata-diverged',
      seeds: 20,
      minutes: 1,
      faults: powerCuts(),
    });
  });

  it('a node gives entries the next epochs in the order in which they arrive', async () => {
    await expectCaught({
      plant: inMethod(
        LogKeeper.prototype,
        'learn',
        (learn) =>
          async function (this: LogKeeper, entries) {
            const fresh = entries.filter(({ id }) => !this.hasApplied(new Set([id])));
            const next = this.epoch() + 1;
            const numbered = fresh.map((entry, i) => ({ ...entry, epoch: next + i }));
            await learn.call(this, numbered);
          },
      ),
      rule: 'metadata-diverged',
      seeds: RESTLESS,
      nodes: 3,
      minutes: 0.7,
      faults: FLICKER,
    });
  });
});
