import { describe, it, vi } from 'vitest';
import { Coordinator } from '../../../src/node/coordinator/coordinator.js';
import type * as WriteAttemptModule from '../../../src/node/coordinator/write-attempt.js';
import { WriteQuorum } from '../../../src/node/core/quorum/write-quorum.js';
import type { Storage } from '../../../src/node/env/storage.js';
import type * as StoreWriterModule from '../../../src/node/store/store-writer.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { CUT_OFF, expectCaught, inMethod, named } from './find-violation.js';

type Mistake = 'superseded is confirmed' | 'acknowledged before the sync';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/coordinator/write-attempt.js', async (importOriginal) => {
  const original = await importOriginal<typeof WriteAttemptModule>();
  const settlementOf: typeof original.settlementOf = (reply) =>
    planted.mistake === 'superseded is confirmed' && reply.kind === 'superseded'
      ? 'confirmed'
      : original.settlementOf(reply);
  return { ...original, settlementOf };
});

vi.mock('../../../src/node/store/store-writer.js', async (importOriginal) => {
  const original = await importOriginal<typeof StoreWriterModule>();
  class StoreWriter extends original.StoreWriter {
    constructor(parts: StoreWriterModule.WriterParts) {
      const hasty = planted.mistake === 'acknowledged before the sync';
      super(hasty ? { ...parts, storage: withoutWaiting(parts.storage) } : parts);
    }
  }
  return { ...original, StoreWriter };
});

/** A storage that says that a write is done when it has only begun. */
function withoutWaiting(storage: Storage): Storage {
  return {
    get: (key) => storage.get(key),
    getMany: (keys) => storage.getMany(keys),
    iterate: (range) => storage.iterate(range),
    approximateSize: (range) => storage.approximateSize(range),
    properties: () => storage.properties(),
    figures: () => storage.figures(),
    compact: (range) => storage.compact(range),
    close: () => storage.close(),
    write: (batch, options) => {
      void storage.write(batch, options);
      return Promise.resolve();
    },
  };
}

/** Three nodes with slow disks lose power together, three times. */
const POWER_CUTS = [15_000, 25_000, 35_000].flatMap((atMs) =>
  ['n1', 'n2', 'n3'].flatMap((node): readonly ScheduledFault[] => [
    { atMs, fault: { kind: 'disk-slow', node, stepMs: 400, forMs: 3_000 } },
    { atMs: atMs + 2_500, fault: { kind: 'crash', node, forMs: 2_000, underWay: 'lost' } },
  ]),
);

describe('an acknowledged write is lost, and that is caught, when', { timeout: 120_000 }, () => {
  it('a write is acknowledged after one replica, whatever its level', async () => {
    await expectCaught({
      plant: inMethod(
        WriteQuorum.prototype,
        'verdict',
        () =>
          function (this: WriteQuorum) {
            return this.states.includes('confirmed') ? 'acknowledged' : this.verdictOfReplies();
          },
      ),
      rule: 'acknowledged-write-lost',
      seeds: 10,
      nodes: 3,
      minutes: 0.5,
      faults: CUT_OFF,
    });
  });

  it('a replica acknowledges before its batch is synced', async () => {
    await expectCaught({
      plant: named(planted, 'acknowledged before the sync'),
      rule: 'acknowledged-write-lost',
      seeds: 10,
      nodes: 3,
      minutes: 0.7,
      faults: POWER_CUTS,
    });
  });

  it('a write that a replica has superseded counts as confirmed there', async () => {
    await expectCaught({
      plant: named(planted, 'superseded is confirmed'),
      rule: 'acknowledged-write-lost',
      seeds: 10,
      nodes: 3,
      minutes: 0.7,
      faults: [
        { atMs: 3_000, fault: { kind: 'clock-jump', machine: 'c1', byMs: 400 } },
        { atMs: 4_000, fault: { kind: 'clock-jump', machine: 'c2', byMs: 1_500 } },
      ],
    });
  });

  it('a coordinator stamps a write itself, so that an attempt that comes late is a new write', async () => {
    await expectCaught({
      plant: inMethod(
        Coordinator.prototype,
        'execute',
        (execute) =>
          function (this: Coordinator, request, ...rest) {
            const unstamped = 'version' in request ? { ...request, version: undefined } : request;
            execute.call(this, unstamped, ...rest);
          },
      ),
      rule: 'acknowledged-write-lost',
      seeds: 15,
      minutes: 0.7,
      faults: [
        { atMs: 8_000, fault: { kind: 'pause', machine: 'n1', forMs: 11_000 } },
        { atMs: 22_000, fault: { kind: 'pause', machine: 'n2', forMs: 11_000 } },
      ],
    });
  });
});
