import { describe, it, vi } from 'vitest';
import { GroupRepairs } from '../../../src/node/repair/group-repair.js';
import type * as PurgeRunModule from '../../../src/node/repair/purge-run.js';
import { DurableHlc } from '../../../src/node/store/hlc-service.js';
import { Store } from '../../../src/node/store/store.js';
import type * as WriteBatchModule from '../../../src/node/store/write-batch.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { toHex } from '../../../src/stdx/bytes.js';
import { expectCaught, inMethod, named } from './find-violation.js';

type Mistake = 'purged by age' | 'old hints are news' | 'old writes are news';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

const GRACE_MS = 20_000;

vi.mock('../../../src/node/repair/purge-run.js', async (importOriginal) => {
  const original = await importOriginal<typeof PurgeRunModule>();
  const purgeOf: typeof original.purgeOf = (store, clock, stopping) => {
    const purge = original.purgeOf(store, clock, stopping);
    return async (namespace, request) => {
      if (planted.mistake !== 'purged by age') return await purge(namespace, request);
      const floors = request.floors.map((run) => ({ ...run, value: clock.wallMs() - GRACE_MS }));
      return await purge(namespace, { ...request, floors });
    };
  };
  return { ...original, purgeOf };
});

vi.mock('../../../src/node/store/write-batch.js', async (importOriginal) => {
  const original = await importOriginal<typeof WriteBatchModule>();
  class WriteBatch extends original.WriteBatch {
    readonly #news: Set<string>;

    constructor(rules: WriteBatchModule.BatchRules) {
      const news = new Set<string>();
      const floorMsOf: typeof rules.floorMsOf = (dataKey) =>
        news.has(toHex(dataKey)) ? 0 : rules.floorMsOf(dataKey);
      super({ ...rules, floorMsOf });
      this.#news = news;
    }

    override add(...[one, before]: Parameters<WriteBatchModule.WriteBatch['add']>): void {
      if (isNews(one)) this.#news.add(toHex(one.pending.dataKey));
      super.add(one, before);
    }
  }
  return { ...original, WriteBatch };
});

type Added = Parameters<WriteBatchModule.WriteBatch['add']>[0];
type AddedRecord = Added & { readonly pending: Extract<Added['pending'], { kind: 'merge' }> };

/** Whether the mistake takes a mutation for news, however old it is. */
function isNews(one: Added): one is AddedRecord {
  const { pending, priority } = one;
  if (pending.kind !== 'merge') return false;
  if (planted.mistake === 'old hints are news') return !pending.repair && priority !== 'live';
  return planted.mistake === 'old writes are news' && priority === 'live';
}

const AWAY: readonly ScheduledFault[] = [
  { atMs: 8_000, fault: { kind: 'crash', node: 'n3', forMs: 70_000, underWay: 'lost' } },
];

const HUNT = { seeds: 5, minutes: 1.6, graceMs: GRACE_MS, rule: 'floor-broken' } as const;

describe(
  'what is deleted is forgotten wrongly, and that is caught, when',
  { timeout: 240_000 },
  () => {
    it('all tombstones of some age are purged, though an owner has been away', async () => {
      await expectCaught({ ...HUNT, plant: named(planted, 'purged by age'), faults: AWAY });
    });

    it('a floor rises though an owner did not take part', async () => {
      const plant = inMethod(
        GroupRepairs.prototype,
        'run',
        (right) =>
          function (this: GroupRepairs, group, order) {
            const owners = group.owners.filter((nodeId) => this.isAlive(nodeId));
            return right.call(this, { ...group, owners }, order);
          },
      );
      await expectCaught({ ...HUNT, plant, faults: AWAY });
    });

    it('a floor is taken from a clock that is a minute ahead', async () => {
      const plant = inMethod(
        DurableHlc.prototype,
        'ownMs',
        (right) =>
          function (this: DurableHlc) {
            return right.call(this) + 60_000;
          },
      );
      await expectCaught({ ...HUNT, plant, faults: 'none', minutes: 0.8 });
    });

    it('a hint at or below the floor is applied', async () => {
      await expectCaught({ ...HUNT, plant: named(planted, 'old hints are news'), faults: 'none' });
    });

    it('a write, or a read repair, that comes late is applied at or below the floor', async () => {
      await expectCaught({ ...HUNT, plant: named(planted, 'old writes are news'), faults: 'none' });
    });

    it('the sweeper drops an expired value with its version', async () => {
      const plant = inMethod(
        Store.prototype,
        'swap',
        (right) =>
          function (this: Store, change, done) {
            right.call(this, { ...change, by: undefined }, done);
          },
      );
      await expectCaught({ ...HUNT, plant, faults: 'none' });
    });
  },
);
