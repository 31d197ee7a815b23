import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../../src/node/env/storage.js';
import { MemoryDisk } from '../../../src/sim/memory-disk.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';
import { Gate, turn } from '../node/store/store-harness.js';

const OPTIONS = { cacheBytes: 1, writeBufferBytes: 1, maxFileBytes: 1 };
const ALL = { gte: new Uint8Array(), lt: Uint8Array.of(0xff) };

let gate: Gate;
let disk: MemoryDisk;
let map: Storage;

beforeEach(async () => {
  gate = new Gate();
  disk = new MemoryDisk({ hold: gate.hold });
  await disk.lock();
  map = await disk.openStorage('map', OPTIONS);
});

async function put(storage: Storage, name: string, sync = true): Promise<void> {
  await storage.write([{ type: 'put', key: utf8Encode(name), value: utf8Encode(name) }], { sync });
}

async function namesAfterReopen(from = disk): Promise<string> {
  const names: string[] = [];
  const storage = await from.openStorage('map', OPTIONS);
  for await (const { key } of storage.iterate(ALL)) names.push(utf8Decode(key));
  await storage.close();
  return names.join(' ');
}

describe('a crash', () => {
  it('loses what was written after the last sync, and only that', async () => {
    await put(map, 'a', false);
    await put(map, 'b', true);
    await put(map, 'c', false);
    await map.write([{ type: 'del', key: utf8Encode('a') }], { sync: false });
    disk.crash();
    expect(await namesAfterReopen()).toBe('a b');
  });

  it('without one, a close keeps everything', async () => {
    await put(map, 'a', false);
    await map.close();
    expect(await namesAfterReopen()).toBe('a');
  });

  it('leaves a prefix of what was not synced, torn where it is told to', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await put(map, name, false);
    disk.crash(({ unsynced, underWay }) => {
      expect([unsynced, underWay]).toEqual([4, 0]);
      return 2;
    });
    expect(await namesAfterReopen()).toBe('a b');
  });

  it('ends the session of its process: what that still asks is never answered', async () => {
    const other = new MemoryDisk();
    const session = other.session(() => undefined);
    await session.replaceFile('f', utf8Encode('1'));
    other.crash();
    let answered = false;
    const mark = (): void => {
      answered = true;
    };
    void session.replaceFile('f', utf8Encode('2')).then(mark, mark);
    void session.openStorage('map', OPTIONS).then(mark, mark);
    void session.lock().then(mark, mark);
    await turn();
    expect(answered).toBe(false);
    expect(await other.readFile('f')).toEqual(utf8Encode('1'));
  });

  it.each([
    ['lost', ''],
    ['kept', 'a'],
  ] as const)('may find the batch under way %s', async (underWay, names) => {
    gate.shut('sync');
    void put(map, 'a');
    void put(map, 'b');
    await turn();
    disk.crash(underWay);
    await gate.open();
    expect(await namesAfterReopen()).toBe(names);
  });

  it('silences what was under way and what is asked for later, and frees the lock', async () => {
    gate.shut('sync', 'read', 'file');
    let answers = 0;
    const count = (): void => void (answers += 1);
    const ask = (): void => {
      put(map, 'a').then(count, count);
      map.get(utf8Encode('a')).then(count, count);
      map.approximateSize(ALL).then(count, count);
      disk.replaceFile('boot', utf8Encode('2')).then(count, count);
    };
    ask();
    await turn();
    const before = answers;
    disk.crash();
    await gate.open();
    put(map, 'a').then(count, count);
    map.get(utf8Encode('a')).then(count, count);
    await turn();
    expect(answers).toBe(before);
    expect(await disk.readFile('boot')).toBeUndefined();
    await disk.lock();
    await map.close();
  });
});

describe('ordered failures', () => {
  it('a batch whose write failed is nowhere; one whose sync failed may be back after a reopen', async () => {
    for (const how of ['write', 'sync'] as const) {
      disk = new MemoryDisk();
      map = await disk.openStorage('map', OPTIONS);
      disk.failWrites('map', how);
      await expect(put(map, 'a')).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
      expect(await map.get(utf8Encode('a'))).toBeUndefined();
      disk.healWrites('map');
      await expect(put(map, 'b')).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
      await map.close();
      expect(await namesAfterReopen()).toBe(how === 'sync' ? 'a' : '');
    }
  });

  it('a batch whose sync failed is gone after a crash', async () => {
    disk.failWrites('map', 'sync');
    await expect(put(map, 'a')).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
    disk.crash();
    expect(await namesAfterReopen()).toBe('');
  });

  it('reads of one key fail until healed', async () => {
    await put(map, 'a');
    disk.failReads('map', utf8Encode('a'));
    const keys = [utf8Encode('b'), utf8Encode('a')];
    await expect(map.getMany(keys)).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
    disk.healReads('map');
    expect(await map.getMany(keys)).toEqual([undefined, utf8Encode('a')]);
  });

  it('files cannot be replaced until healed, and keep what they hold', async () => {
    await disk.replaceFile('boot', utf8Encode('1'));
    disk.failFiles(true);
    const replaced = disk.replaceFile('boot', utf8Encode('2'));
    await expect(replaced).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
    expect(await disk.readFile('boot')).toEqual(utf8Encode('1'));
    disk.failFiles(false);
    await disk.replaceFile('boot', utf8Encode('2'));
    expect(await disk.readFile('boot')).toEqual(utf8Encode('2'));
  });

  it('free space is what the test says', async () => {
    expect(await disk.freeBytes()).toBeUndefined();
    disk.setFreeBytes(5);
    expect(await disk.freeBytes()).toBe(5);
  });
});

it('a copy is an image of what is durable, and goes its own way', async () => {
  await put(map, 'a');
  await disk.replaceFile('boot', utf8Encode('1'));
  await put(map, 'unsynced', false);
  const image = disk.copy();
  await put(map, 'b');
  disk.damage('map', utf8Encode('a'), () => undefined);
  expect(await namesAfterReopen(image)).toBe('a');
  expect(await image.readFile('boot')).toEqual(utf8Encode('1'));
  await map.close();
  expect(await namesAfterReopen()).toBe('b unsynced');
});
