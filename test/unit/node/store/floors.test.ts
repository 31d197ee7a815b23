import { beforeEach, describe, expect, it } from 'vitest';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import { slotOf } from '../../../../src/node/core/ring/token.js';
import { decodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import type { ApplyOutcome } from '../../../../src/node/store/mutation.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { dataKeyOf, StoreUnderTest, turn } from './store-harness.js';

const WRITTEN = { kind: 'written' };
const NAMESPACE = 1;

let under: StoreUnderTest;

function runOf(key = 'k'): { readonly from: number; readonly to: number } {
  const slot = slotOf(decodeDataKey(dataKeyOf(key)).token);
  return { from: slot, to: slot + 1 };
}

async function bury(ms: number, key = 'k'): Promise<ApplyOutcome> {
  const { namespace, token } = decodeDataKey(dataKeyOf(key));
  const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
  const record = encodeRecord(dataKeyOf(key), {
    version,
    tombstone: true,
    value: new Uint8Array(0),
  });
  const mutation = { namespace, token, key: utf8Encode(key), record, repair: false };
  return await new Promise((resolve) => {
    under.store.apply({ ...mutation, priority: 'live' }, resolve);
  });
}

/** The background has no room any more, until the function is called that it gives. */
async function fillQueue(): Promise<() => Promise<void>> {
  const large = await under.fillBackground();
  return async () => {
    await under.gate.open();
    expect(await Promise.all(large)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
  };
}

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

describe('a floor', () => {
  it('makes what is at or below it no news: a repair is done, a client stamps again above it', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    expect(await under.apply({ ms: 10, repair: true })).toEqual(WRITTEN);
    const refused = await under.apply({ ms: 10 });
    expect(refused).toMatchObject({ kind: 'superseded', version: { ms: 10, logical: 0xffff } });
    expect(await under.textOf()).toBe('(missing)');
    expect(await under.apply({ ms: 11 })).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v11');
  });

  it('leaves what is held as it is, and knows it again', async () => {
    await under.apply({ ms: 5 });
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    expect(await under.textOf()).toBe('v5');
    expect(await under.apply({ ms: 5 })).toEqual(WRITTEN);
    expect(await under.apply({ ms: 4 })).toMatchObject({ kind: 'superseded', version: { ms: 5 } });
  });

  it('makes tombstones at or below it as good as gone, and no others', async () => {
    await bury(10);
    await bury(11, 'other');
    expect(await under.textOf()).toBe('');
    await under.store.floors.raise(NAMESPACE, [runOf(), runOf('other')], 10);
    expect((await under.read()).kind).toBe('missing');
    expect((await under.read('other')).kind).toBe('found');
  });

  it('is one slot wide, of one namespace, and still there after a crash', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    await under.crash();
    expect(await under.apply({ ms: 9 })).toMatchObject({ kind: 'superseded' });
    expect(await under.apply({ key: 'other', ms: 9 })).toEqual(WRITTEN);
    expect(under.store.floors.within(NAMESPACE + 1, runOf())).toEqual([{ ...runOf(), value: 0 }]);
  });

  it('never sinks by being raised less', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    await under.store.floors.raise(NAMESPACE, [runOf()], 9);
    expect(under.store.floors.within(NAMESPACE, runOf())).toEqual([{ ...runOf(), value: 10 }]);
  });

  it('is lost by a slot with a copy that cannot be read, also after a crash: a repair may bring what it lost', async () => {
    await under.apply({ ms: 5 });
    await under.store.floors.raise(NAMESPACE, [runOf(), runOf('other')], 10);
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => {
      value[20]! ^= 4;
      return value;
    });
    expect((await under.read()).kind).toBe('corrupt');
    await under.apply({ key: 'x', ms: 1 });
    await under.crash();
    expect(under.store.floors.within(NAMESPACE, runOf())).toEqual([{ ...runOf(), value: 0 }]);
    expect(under.store.floors.within(NAMESPACE, runOf('other'))[0]?.value).toBe(10);
    expect(await under.apply({ ms: 5, repair: true })).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v5');
  });

  it('is lost by the repair itself that finds the copy unreadable', async () => {
    await under.apply({ ms: 5 });
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => {
      value[20]! ^= 4;
      return value;
    });
    expect(await under.apply({ ms: 5, repair: true })).toEqual(WRITTEN);
    expect(await under.textOf()).toBe('v5');
  });

  it('that is forgotten is 0 on the disk when that is said, even if an earlier try came to nothing', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf(), runOf('other')], 10);
    const room = await fillQueue();
    const reset = under.store.floors.resetRun(NAMESPACE, runOf());
    const full = { code: 'KV_OVERLOADED' };
    await expect(under.scheduler.settle(reset, 15_000)).rejects.toMatchObject(full);
    await room();
    await under.store.floors.forget(NAMESPACE, [runOf()]);
    await under.store.floors.forget(NAMESPACE + 1, [runOf()]);
    await under.crash();
    expect(under.store.floors.within(NAMESPACE, runOf())[0]?.value).toBe(0);
    expect(under.store.floors.within(NAMESPACE, runOf('other'))[0]?.value).toBe(10);
  });

  it('that had to wait to be written does not undo what was written since', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    const room = await fillQueue();
    const raised = under.store.floors.raise(NAMESPACE, [runOf('other')], 10);
    await turn();
    await room();
    await under.store.floors.forget(NAMESPACE, [runOf()]);
    await under.scheduler.settle(raised, 15_000);
    await under.crash();
    expect(under.store.floors.within(NAMESPACE, runOf())[0]?.value).toBe(0);
    expect(under.store.floors.within(NAMESPACE, runOf('other'))[0]?.value).toBe(10);
  });

  it('that is damaged on the disk begins at 0, and is told', async () => {
    await under.store.floors.raise(NAMESPACE, [runOf()], 10);
    const key = Uint8Array.of(0x6d, 0x66, 0, 0, 0, NAMESPACE);
    under.disk.damage(SHARD_FOLDER, key, (value) => {
      value[0]! ^= 4;
      return value;
    });
    await under.crash();
    expect(await under.apply({ ms: 9 })).toEqual(WRITTEN);
    expect(JSON.stringify(under.log)).toContain('floors of a namespace are damaged');
  });
});
