import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../src/node/core/errors.js';
import type { BatchOperation, Disk, KeyRange, Storage } from '../../src/node/env/storage.js';
import { compareBytes, utf8Decode, utf8Encode } from '../../src/stdx/bytes.js';
import { Prng } from '../../src/stdx/prng.js';

/** A data directory for one test, which `remove` takes away again. */
export interface DiskUnderTest {
  readonly disk: Disk;
  /** Another process on the same directory. */
  readonly other: () => Disk;
  /** Makes the next writes to the open folder fail, once they need more room than they have; and undoes it. */
  readonly failWrites: (folder: string) => Promise<void>;
  readonly healWrites: (folder: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

const OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const ALL: KeyRange = { gte: new Uint8Array(), lt: Uint8Array.of(0xff, 0xff) };

const key = utf8Encode;

function put(name: string, value = name): BatchOperation {
  return { type: 'put', key: key(name), value: utf8Encode(value) };
}

function del(name: string): BatchOperation {
  return { type: 'del', key: key(name) };
}

async function namesIn(storage: Storage, range: Partial<KeyRange> = {}): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of storage.iterate({ ...ALL, ...range }))
    names.push(utf8Decode(entry.key));
  return names;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof KvError ? error.code : `not a KvError: ${String(error)}`;
}

/** What every Storage and Disk must do; run on each implementation. */
export function storageConformance(name: string, make: () => Promise<DiskUnderTest>): void {
  describe(name, () => {
    let under: DiskUnderTest;
    let disk: Disk;

    beforeEach(async () => {
      under = await make();
      disk = under.disk;
      await disk.lock();
    });
    afterEach(async () => {
      await disk.unlock();
      await under.remove();
    });

    describe('an open map', () => {
      storageRules(() => disk);
    });
    orderRules(() => disk);
    diskRules(() => under);
  });
}

function storageRules(disk: () => Disk): void {
  let storage: Storage;
  beforeEach(async () => {
    storage = await disk().openStorage('map', OPTIONS);
  });
  afterEach(async () => {
    await storage.close();
  });

  it('what was written is read, and what was not is undefined', async () => {
    await storage.write([put('a', '1'), put('b', '')], { sync: true });
    expect(await storage.get(key('a'))).toEqual(utf8Encode('1'));
    expect(await storage.get(key('b'))).toEqual(new Uint8Array());
    expect(await storage.get(key('c'))).toBeUndefined();
  });

  it('getMany answers in the order asked, with undefined for what is missing', async () => {
    await storage.write([put('a'), put('c')], { sync: false });
    const found = await storage.getMany([key('c'), key('b'), key('a'), key('c')]);
    expect(found.map((value) => value && utf8Decode(value))).toEqual(['c', undefined, 'a', 'c']);
    expect(await storage.getMany([])).toEqual([]);
  });

  it('values are plain byte arrays whose slice is a copy', async () => {
    await storage.write([put('a', 'xyz')], { sync: true });
    const [one, many] = [await storage.get(key('a')), (await storage.getMany([key('a')]))[0]];
    for (const value of [one, many]) {
      expect(value?.constructor).toBe(Uint8Array);
      value?.fill(0);
    }
    expect(await storage.get(key('a'))).toEqual(utf8Encode('xyz'));
  });

  it('the operations of a batch apply in order, and a batch is all or nothing', async () => {
    await storage.write([put('a', 'old'), put('gone')], { sync: true });
    const write = storage.write([put('a', '1'), del('gone'), del('a'), put('a', '2'), put('b')], {
      sync: true,
    });
    // Reads beside the write see it whole or not at all.
    for (let i = 0; i < 20; i++) {
      const seen = await storage.getMany([key('a'), key('gone'), key('b')]);
      const texts = seen.map((value) => value && utf8Decode(value));
      expect([
        ['old', 'gone', undefined],
        ['2', undefined, 'b'],
      ]).toContainEqual(texts);
    }
    await write;
    expect(await namesIn(storage)).toEqual(['a', 'b']);
  });

  it('writes apply in the order in which they were asked for', async () => {
    const writes = Array.from({ length: 20 }, (_, i) =>
      storage.write([put('a', String(i))], { sync: i % 3 === 0 }),
    );
    await Promise.all(writes);
    expect(await storage.get(key('a'))).toEqual(utf8Encode('19'));
  });

  it('the caller may reuse its arrays when the write has resolved', async () => {
    const [name, value] = [key('reused'), utf8Encode('before')];
    await storage.write([{ type: 'put', key: name, value }], { sync: true });
    value.fill(0);
    name.fill(0);
    expect(await storage.get(key('reused'))).toEqual(utf8Encode('before'));
  });

  it('an iteration shows the state at its call, whatever is written meanwhile', async () => {
    await storage.write([put('a'), put('b'), put('c')], { sync: true });
    const iteration = storage.iterate(ALL);
    await storage.write([del('b'), put('aa'), put('c', 'new')], { sync: true });
    const seen: string[] = [];
    for await (const entry of iteration)
      seen.push(`${utf8Decode(entry.key)}=${utf8Decode(entry.value)}`);
    expect(seen).toEqual(['a=a', 'b=b', 'c=c']);
    expect(await namesIn(storage)).toEqual(['a', 'aa', 'c']);
  });

  it('an iteration that is left early does not hinder the close', async () => {
    await storage.write([put('a'), put('b')], { sync: true });
    for await (const entry of storage.iterate(ALL)) {
      expect(entry.key).toEqual(key('a'));
      break;
    }
    storage.iterate(ALL);
    await storage.close();
    expect(await codeOf(storage.get(key('a')))).toBe('KV_STORE_FAILED');
    expect(await codeOf(storage.write([put('z')], { sync: true }))).toBe('KV_STORE_FAILED');
    storage = await disk().openStorage('map', OPTIONS);
    expect(await namesIn(storage)).toEqual(['a', 'b']);
  });

  it('a close waits for the writes that were asked for', async () => {
    const write = storage.write([put('last')], { sync: true });
    await storage.close();
    await write;
    storage = await disk().openStorage('map', OPTIONS);
    expect(await namesIn(storage)).toEqual(['last']);
  });

  it('the size of a range is a number, and figures are texts', async () => {
    await storage.write([put('a')], { sync: true });
    expect(await storage.approximateSize(ALL)).toBeGreaterThanOrEqual(0);
    for (const value of Object.values(await storage.properties()))
      expect(value).toBeTypeOf('string');
    for (const { level, files, bytes } of (await storage.figures()).levels)
      expect([level, files, bytes].every(Number.isInteger)).toBe(true);
  });

  it('a compaction of a range, or of an empty one, changes no entry', async () => {
    await storage.write([put('a'), put('b'), put('c')], { sync: true });
    await storage.write([del('b')], { sync: true });
    await storage.compact({ gte: key('a'), lt: key('a') });
    await storage.compact(ALL);
    expect(await namesIn(storage)).toEqual(['a', 'c']);
  });
}

function orderRules(disk: () => Disk): void {
  it('iterations give bytewise order, both ways, within their bounds and limit', async () => {
    const storage = await disk().openStorage('order', OPTIONS);
    const prng = Prng.named(`order`);
    const keys: Uint8Array[] = [];
    for (let i = 0; i < 3000; i++)
      keys.push(Uint8Array.from({ length: 1 + prng.int(4) }, () => prng.int(256)));
    const value = new Uint8Array(1);
    await storage.write(
      keys.map((each) => ({ type: 'put', key: each, value })),
      { sync: true },
    );
    const unique = [...new Map(keys.map((each) => [each.join(), each])).values()].sort(
      compareBytes,
    );
    for (let round = 0; round < 20; round++) {
      const [a, b] = [prng.int(unique.length), prng.int(unique.length)];
      const [gte, lt] = [unique[Math.min(a, b)]!, unique[Math.max(a, b)]!];
      const reverse = round % 2 === 1;
      const limit = round % 3 === 0 ? undefined : prng.int(2000);
      const inside = unique.slice(Math.min(a, b), Math.max(a, b));
      if (reverse) inside.reverse();
      const seen: Uint8Array[] = [];
      for await (const entry of storage.iterate({ gte, lt, reverse, limit })) seen.push(entry.key);
      expect(seen).toEqual(inside.slice(0, limit));
    }
    await storage.close();
  });
}

function diskRules(under: () => DiskUnderTest): void {
  it('after a failed write every later one fails, and reads go on', async () => {
    const storage = await under().disk.openStorage('map', OPTIONS);
    await storage.write([put('before')], { sync: true });
    await under().failWrites('map');
    const value = new Uint8Array(400_000);
    let code = 'written';
    for (let i = 0; i < 20 && code === 'written'; i++) {
      const batch: BatchOperation[] = [{ type: 'put', key: key(`large${i}`), value }];
      code = await storage.write(batch, { sync: true }).then(
        () => 'written',
        (error: unknown) => (error instanceof KvError ? error.code : String(error)),
      );
    }
    expect(code).toBe('KV_STORE_FAILED');
    await under().healWrites('map');
    expect(await codeOf(storage.write([put('after')], { sync: true }))).toBe('KV_STORE_FAILED');
    expect(await storage.get(key('before'))).toEqual(utf8Encode('before'));
    expect(await storage.get(key('after'))).toBeUndefined();
    await storage.close();
  });

  it('what is salvaged of a map that is whole is all of it', async () => {
    const { disk } = under();
    const storage = await disk.openStorage('map', OPTIONS);
    await storage.write([put('a'), put('b')], { sync: true });
    await storage.close();
    await disk.salvageStorage('map');
    expect(await namesIn(await disk.openStorage('map', OPTIONS))).toEqual(['a', 'b']);
  });

  it('synced writes are there after a reopen', async () => {
    for (let round = 0; round < 3; round++) {
      const storage = await under().disk.openStorage('map', OPTIONS);
      expect(await namesIn(storage)).toEqual(['r0', 'r1', 'r2'].slice(0, round));
      await storage.write([put(`r${round}`)], { sync: true });
      await storage.close();
    }
  });

  it('the folders of a directory are separate maps', async () => {
    const a = await under().disk.openStorage('a', OPTIONS);
    const b = await under().disk.openStorage('b', OPTIONS);
    await a.write([put('in-a')], { sync: true });
    expect(await namesIn(b)).toEqual([]);
    await Promise.all([a.close(), b.close()]);
  });

  it('a folder is open once', async () => {
    const storage = await under().disk.openStorage('map', OPTIONS);
    expect(await codeOf(under().disk.openStorage('map', OPTIONS))).toBe('KV_DATA_DIR_LOCKED');
    await storage.close();
  });

  it('a file is undefined, then what it was last replaced by', async () => {
    const { disk } = under();
    expect(await disk.readFile('boot')).toBeUndefined();
    await disk.replaceFile('boot', utf8Encode('1'));
    await disk.replaceFile('boot', utf8Encode('22'));
    await disk.replaceFile('empty', new Uint8Array());
    const found = await disk.readFile('boot');
    expect(found).toEqual(utf8Encode('22'));
    expect(found?.constructor).toBe(Uint8Array);
    expect(await disk.readFile('empty')).toEqual(new Uint8Array());
  });

  it('replacements of one file that overlap leave the last one', async () => {
    const { disk } = under();
    const contents = ['1', '22', '333', '4444'];
    await Promise.all(contents.map((text) => disk.replaceFile('boot', utf8Encode(text))));
    expect(await disk.readFile('boot')).toEqual(utf8Encode('4444'));
  });

  it('a lock that is refused does not take the held one away', async () => {
    expect(await codeOf(under().disk.lock())).toBe('KV_DATA_DIR_LOCKED');
    expect(await codeOf(under().other().lock())).toBe('KV_DATA_DIR_LOCKED');
  });

  it('a second process on the directory is refused until the first lets go', async () => {
    const other = under().other();
    expect(await codeOf(other.lock())).toBe('KV_DATA_DIR_LOCKED');
    await under().disk.unlock();
    await other.lock();
    expect(await codeOf(under().disk.lock())).toBe('KV_DATA_DIR_LOCKED');
    await other.unlock();
    await under().disk.lock();
  });
}
