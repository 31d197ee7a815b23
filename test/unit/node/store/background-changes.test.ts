import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import type { StoredRecord } from '../../../../src/node/core/version/record.js';
import { dropEntry } from '../../../../src/node/store/background-store.js';
import type { ApplyOutcome, SystemWrite } from '../../../../src/node/store/mutation.js';
import { stampValue, tombstoneKey } from '../../../../src/node/store/indexes/index-keys.js';
import type { RecordChange } from '../../../../src/node/store/record-change.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { coordinates, dataKeyOf, StoreUnderTest, turn } from './store-harness.js';

const WRITTEN = { kind: 'written' };

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

describe('a swap', () => {
  it('replaces the copy that is expected, by something older as well, or removes it', async () => {
    await under.apply({ ms: 5 });
    expect(await under.swap({ ms: 5 }, { ms: 4 })).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v4');
    expect(await under.swap({ ms: 4 }, undefined)).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('(missing)');
    await under.crash();
    expect(await under.textOf()).toBe('(missing)');
  });

  it('leaves another copy alone, and one that differs by its value only', async () => {
    await under.apply({ ms: 5, value: 'a' });
    const superseded = { kind: 'superseded', version: { ms: 5 } };
    expect(await under.swap({ ms: 4 }, undefined)).toMatchObject(superseded);
    expect(await under.swap({ ms: 5, value: 'b' }, undefined)).toMatchObject(superseded);
    expect(await under.textOf()).toBe('a');
  });

  it('of a copy that is gone is done already', async () => {
    const before = under.store.sequence();
    expect(await under.swap({ ms: 5 }, undefined)).toEqual(WRITTEN);
    expect(under.store.sequence()).toBe(before);
  });

  it('of an entry removes it unless it belongs to a copy that came before or comes after', async () => {
    const stale = tombstoneKey(dataKeyOf());
    const belongsTo = ({ tombstone }: StoredRecord): boolean => tombstone;
    const clean = (): Promise<ApplyOutcome> =>
      dropEntry(under.store, dataKeyOf(), { entry: stale, belongsTo });
    const entry = (): Uint8Array | undefined => under.disk.valueOf(SHARD_FOLDER, stale);
    under.disk.damage(SHARD_FOLDER, stale, () => stampValue({ ms: 3, logical: 0 }));
    expect(await clean()).toEqual(WRITTEN);
    expect(entry()).toBeUndefined();
    // All of it in one batch.
    const tombstone = { ms: 5, tombstone: true, priority: 'background' } as const;
    const first = [clean(), under.apply(tombstone), clean()];
    expect(await Promise.all(first)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect(entry()).toEqual(stampValue({ ms: 5, logical: 0 }));
    expect(await clean()).toEqual(WRITTEN);
    expect(entry()).toBeDefined();
    expect(await Promise.all([under.swap({ ms: 5, tombstone: true }, undefined), clean()])).toEqual(
      [WRITTEN, WRITTEN],
    );
    expect(entry()).toBeUndefined();
    expect(await under.textOf()).toBe('(missing)');
  });

  it('of an entry leaves it beside a copy that cannot be read', async () => {
    await under.apply({ ms: 5, tombstone: true });
    const entry = tombstoneKey(dataKeyOf());
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => value.fill(9, 3, 6));
    await dropEntry(under.store, dataKeyOf(), { entry, belongsTo: () => false });
    expect(under.disk.valueOf(SHARD_FOLDER, entry)).toBeDefined();
    expect(await under.textOf()).toBe('(corrupt)');
  });

  it('is decided after the writes before it, in the batch under way and in its own', async () => {
    await under.apply({ ms: 5 });
    under.gate.shut('sync');
    const first = under.apply({ ms: 6 });
    await turn();
    const swaps = [under.swap({ ms: 5 }, undefined), under.swap({ ms: 6 }, undefined)];
    await turn();
    await under.gate.open();
    expect(await first).toEqual(WRITTEN);
    expect(await Promise.all(swaps)).toMatchObject([{ kind: 'superseded' }, WRITTEN]);
    expect(await under.textOf()).toBe('(missing)');
  });

  it('asks when it is decided whether it may be made, in the order of all that was decided before', async () => {
    await under.apply({ ms: 5 });
    const mine = new KvError('KV_EPOCH_CHANGED', 'mine');
    let refusal: KvError | undefined;
    const change = { ...coordinates('k'), expected: 'any', by: undefined } as const;
    const remove = (): Promise<ApplyOutcome> =>
      new Promise((resolve) => {
        under.store.swap({ ...change, refuses: () => refusal }, resolve);
      });
    under.gate.shut('read');
    const first = remove();
    await turn();
    refusal = mine;
    const again = under.apply({ ms: 5 });
    await under.gate.open();
    expect(await first).toEqual({ kind: 'failed', error: mine });
    expect(await again).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v5');

    refusal = undefined;
    under.gate.shut('sync');
    const second = remove();
    await turn();
    refusal = mine;
    const later = under.apply({ ms: 5 });
    await under.gate.open();
    // It was decided before, and what is written after it is news.
    expect(await second).toEqual(WRITTEN);
    expect(await later).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v5');
  });

  it('takes a corrupt copy only when it takes any', async () => {
    await under.apply({ ms: 5 });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => {
      value[20]! ^= 4;
      return value;
    });
    expect(await under.swap({ ms: 5 }, undefined)).toEqual({ kind: 'corrupt' });
    expect(await under.swap('any', undefined)).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('(missing)');
  });

  it('takes nothing but a corrupt copy when it is for one', async () => {
    await under.apply({ ms: 5 });
    expect(await under.swap('corrupt', undefined)).toEqual(WRITTEN);
    expect(await under.textOf()).not.toBe('(missing)');
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => {
      value[20]! ^= 4;
      return value;
    });
    expect(await under.swap('corrupt', undefined)).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('(missing)');
  });
});

describe('what is kept beside the records', () => {
  it('is not written when that is refused at its turn, and the rest of its batch is', async () => {
    const mine = new KvError('KV_EPOCH_CHANGED', 'mine');
    const put = (key: string): SystemWrite => ({
      operations: [{ type: 'put', key: utf8Encode(key), value: utf8Encode('v') }],
      priority: 'background',
    });
    const refused = under.writeSystem({ ...put('g1'), refuses: () => mine });
    const taken = under.writeSystem({ ...put('g2'), refuses: () => undefined });
    expect(await refused).toEqual({ kind: 'failed', error: mine });
    expect(await taken).toEqual(WRITTEN);
    expect(under.disk.valueOf(SHARD_FOLDER, utf8Encode('g1'))).toBeUndefined();
    expect(under.disk.valueOf(SHARD_FOLDER, utf8Encode('g2'))).toBeDefined();
  });

  const KEY = utf8Encode('g1');

  it('is written whole with a batch, and is there after a crash', async () => {
    const put = { type: 'put', key: KEY, value: utf8Encode('x') } as const;
    expect(await under.writeSystem({ operations: [put], priority: 'background' })).toEqual(WRITTEN);
    await under.crash();
    const range = { gte: KEY, lt: utf8Encode('g2') };
    const seen: string[] = [];
    for await (const { key, value } of under.store.scan(range))
      seen.push(`${utf8Decode(key)}=${utf8Decode(value)}`);
    expect(seen).toEqual(['g1=x']);
  });

  it('is told every change with what was before, in the batch that makes it', async () => {
    const told: string[] = [];
    under.derivations.push({
      derive: (changes, sequence) => {
        told.push(...changes.map((change) => textOf(sequence, change)));
        return [{ type: 'put', key: KEY, value: utf8Encode(`at ${sequence}`) }];
      },
    });
    const store = await under.crash();
    const from = store.sequence();
    await Promise.all([under.apply({ ms: 1 }), under.apply({ ms: 2 })]);
    await under.apply({ ms: 2 });
    await under.swap({ ms: 2 }, undefined);
    expect(told).toEqual([`${from + 1}: nothing -> 2`, `${from + 2}: 2 -> nothing`]);
    for await (const { value } of store.scan({ gte: KEY, lt: utf8Encode('g2') }))
      expect(utf8Decode(value)).toBe(`at ${from + 2}`);
  });

  it('is told of the copy that the batch under way leaves', async () => {
    const told: string[] = [];
    under.derivations.push({
      derive: (changes, sequence) => {
        told.push(...changes.map((change) => textOf(sequence, change)));
        return [];
      },
    });
    const from = (await under.crash()).sequence();
    under.gate.shut('sync');
    const writes = [under.apply({ ms: 1 })];
    await turn();
    writes.push(under.apply({ ms: 2 }));
    await turn();
    await under.gate.open();
    await Promise.all(writes);
    expect(told).toEqual([`${from + 1}: nothing -> 1`, `${from + 2}: 1 -> 2`]);
  });
});

function textOf(sequence: number, { before, after }: RecordChange): string {
  const name = (copy: RecordChange['before']): string =>
    typeof copy === 'object' ? String(copy.version.ms) : (copy ?? 'nothing');
  return `${sequence}: ${name(before)} -> ${name(after)}`;
}
