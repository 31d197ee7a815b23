import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreDamage } from '../../src/node/env/store-damage.js';
import type { BatchOperation, Storage } from '../../src/node/env/storage.js';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { utf8Encode } from '../../src/stdx/bytes.js';
import { Prng } from '../../src/stdx/prng.js';

const OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const ALL = { gte: new Uint8Array(), lt: Uint8Array.of(0xff) };
const RECORDS = 2_000;

let path: string;
let disk: LevelDisk;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kv-damage-'));
  disk = new LevelDisk(path);
  const storage = await open();
  const prng = Prng.named('level-damage');
  for (let i = 0; i < RECORDS; i += 100) {
    const batch = Array.from({ length: 100 }, (_, k): BatchOperation => {
      const value = Uint8Array.from({ length: 2_000 }, () => prng.int(256));
      return { type: 'put', key: utf8Encode(`k${String(i + k).padStart(6, '0')}`), value };
    });
    await storage.write(batch, { sync: true });
  }
  await storage.compact(ALL);
  await storage.close();
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

async function open(): Promise<Storage> {
  return await disk.openStorage('map', OPTIONS);
}

async function files(pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(path, 'map'));
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(path, 'map', name));
}

async function count(storage: Storage): Promise<number> {
  let entries = 0;
  for await (const { key } of storage.iterate(ALL)) entries += key.length > 0 ? 1 : 0;
  return entries;
}

describe('a LevelDB', () => {
  it('says how many files and bytes its levels have, and what was written to them', async () => {
    const storage = await open();
    const { levels, memoryBytes } = await storage.figures();
    const bytes = levels.reduce((sum, level) => sum + level.bytes, 0);
    expect(bytes).toBeGreaterThan(RECORDS * 2_000);
    expect(levels.reduce((sum, { files: many }) => sum + many, 0)).toBe(
      (await files(/\.ldb$/)).length,
    );
    expect(memoryBytes).toBeGreaterThan(0);
    await storage.close();
  });

  it.each([
    ['without its MANIFEST', /^MANIFEST/],
    ['without its CURRENT', /^CURRENT$/],
    ['without one of its tables', /\.ldb$/],
  ])('%s is damaged: it is not opened, and nothing of it is deleted', async (_, pattern) => {
    const [file] = await files(pattern);
    await rm(file ?? '');
    const before = (await files(/\.ldb$/)).length;
    await expect(open()).rejects.toBeInstanceOf(StoreDamage);
    expect(await files(/\.ldb$/)).toHaveLength(before);
  });

  it('with a garbled MANIFEST is damaged', async () => {
    const [file] = await files(/^MANIFEST/);
    await writeFile(file ?? '', 'garbage');
    await expect(open()).rejects.toBeInstanceOf(StoreDamage);
  });

  it.each([
    ['MANIFEST', /^MANIFEST/],
    ['CURRENT', /^CURRENT$/],
  ])('without its %s is salvaged whole', async (_, pattern) => {
    const [file] = await files(pattern);
    await rm(file ?? '');
    await disk.salvageStorage('map');
    const storage = await open();
    expect(await count(storage)).toBe(RECORDS);
    await storage.close();
  });

  it('with a table that was cut short is salvaged but for that table', async () => {
    const [, file] = await files(/\.ldb$/);
    await truncate(file ?? '', 100_000);
    const damaged = await open();
    await expect(count(damaged)).rejects.toBeInstanceOf(StoreDamage);
    await damaged.close();
    await disk.salvageStorage('map');
    const storage = await open();
    const left = await count(storage);
    expect(left).toBeLessThan(RECORDS);
    expect(left).toBeGreaterThan(RECORDS / 2);
    await storage.close();
  });

  it('that must be there, and is not, is damaged, and none is made', async () => {
    const options = { ...OPTIONS, mustExist: true };
    await (await disk.openStorage('map', options)).close();
    await rm(join(path, 'map'), { recursive: true });
    for (let i = 0; i < 2; i++)
      await expect(disk.openStorage('map', options)).rejects.toBeInstanceOf(StoreDamage);
    await expect(readdir(join(path, 'map'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is not there at all is new', async () => {
    const storage = await disk.openStorage('other', OPTIONS);
    expect(await count(storage)).toBe(0);
    await storage.close();
  });
});
