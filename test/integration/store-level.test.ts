import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import type { ReadOutcome } from '../../src/node/store/mutation.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import type { Store } from '../../src/node/store/store.js';
import { utf8Decode } from '../../src/stdx/bytes.js';
import { mutation } from '../unit/node/store/store-harness.js';
import { openSmall, openSmallWithGrid } from './store-env.js';

let path: string;
let children: ChildProcess[];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kv-store-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(path, { recursive: true, force: true });
});

function startWriter(): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const script = fileURLToPath(new URL('./store-writer-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

async function apply(store: Store, key: string, ms: number): Promise<void> {
  const outcome = await new Promise<{ kind: string }>((resolve) =>
    store.apply(mutation({ key, ms }), resolve),
  );
  expect(outcome.kind).toBe('written');
}

async function textOf(store: Store, key: string): Promise<string> {
  const outcome = await new Promise<ReadOutcome>((resolve) =>
    store.read(mutation({ key, ms: 1 }), resolve),
  );
  return outcome.kind === 'found' ? utf8Decode(outcome.record.value) : outcome.kind;
}

describe('a process that is killed', () => {
  it('loses nothing that it acknowledged, and leaves no lock behind', async () => {
    const { child, lines } = startWriter();
    const acknowledged: number[] = [];
    const disk = new LevelDisk(path);
    for await (const line of lines) {
      if (line === 'open') {
        const message = expect.stringContaining(`process ${child.pid}`) as string;
        await expect(disk.lock()).rejects.toMatchObject({ code: 'KV_DATA_DIR_LOCKED', message });
        continue;
      }
      expect(line).toMatch(/^written \d+$/);
      acknowledged.push(Number(line.split(' ')[1]));
      if (acknowledged.length === 3000) child.kill('SIGKILL');
    }
    await disk.lock();
    const { store, grid } = await openSmallWithGrid(disk);
    expect(acknowledged.length).toBeGreaterThanOrEqual(3000);
    const texts = await Promise.all(acknowledged.map((index) => textOf(store, `k${index}`)));
    expect(texts).toEqual(acknowledged.map((index) => `v${index + 1}`));
    expect(grid.isComplete()).toBe(true);
    expect(await grid.verify()).toMatchObject({ differingCount: 0, unknown: 0, unreadable: 0 });
    await grid.stop();
    await store.close();
    await disk.unlock();
  });

  it('while it lives a second process is refused, and told by whom', async () => {
    const disk = new LevelDisk(path);
    await disk.lock();
    const { child, lines } = startWriter();
    const line = await lines.next();
    expect(line.value).toContain('refused KV_DATA_DIR_LOCKED');
    expect(line.value).toContain(`process ${process.pid}`);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    await disk.unlock();
  });
});

it('a store that has records and no hash grid gets one, and keeps it over a restart', async () => {
  const disk = new LevelDisk(path);
  await disk.lock();
  const plain = await openSmall(disk);
  for (let i = 0; i < 200; i++) await apply(plain, `k${i}`, 1);
  await plain.close();
  const { store, grid } = await openSmallWithGrid(disk);
  expect(grid.isComplete()).toBe(false);
  for (let i = 0; i < 300; i++) await apply(store, `k${i}`, 2);
  await expect.poll(() => grid.isComplete(), { timeout: 60_000 }).toBe(true);
  expect(await grid.verify()).toMatchObject({ differingCount: 0, unknown: 0 });
  const roots = await grid.root(1, [{ from: 0, to: 2 ** 20 }]);
  // What is under way ends, and the store closes under it.
  const verdict = expect(grid.verify()).rejects.toMatchObject({ code: 'KV_NOT_READY' });
  await grid.stop();
  await verdict;
  await store.close();
  const again = await openSmallWithGrid(disk);
  expect(await again.grid.root(1, [{ from: 0, to: 2 ** 20 }])).toEqual(roots);
  await again.grid.stop();
  await again.store.close();
  await disk.unlock();
});

describe('damage to the log', () => {
  /** The bytes of the newest log, and where it is. */
  async function logOf(): Promise<{ file: string; bytes: Uint8Array }> {
    const folder = join(path, SHARD_FOLDER);
    const logs = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
    const file = join(folder, logs.at(-1) ?? '');
    return { file, bytes: new Uint8Array(await readFile(file)) };
  }

  it('in the middle is found at the next open, wherever it is', async () => {
    const disk = new LevelDisk(path);
    const store = await openSmall(disk);
    for (let ms = 1; ms <= 400; ms++) await apply(store, `key-${ms}-${'x'.repeat(100)}`, ms);
    const sequence = store.sequence();
    const { file, bytes } = await logOf();
    const folder = join(path, SHARD_FOLDER);
    const copy = join(path, 'copy');
    expect(bytes.length).toBeGreaterThan(65_536);
    await store.close();
    let [found, tails] = [0, 0];
    for (let at = 100; at < bytes.length; at += 9_973) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      await rm(copy, { recursive: true, force: true });
      await copyFolder(folder, copy);
      await writeFile(join(copy, file.slice(folder.length)), damaged);
      const opened = await openAt(copy);
      if (typeof opened === 'string') {
        expect(opened).toContain('missing');
        found += 1;
      } else {
        // Only the end of the log was lost: the sequence is lower, which the peers notice.
        expect(opened).toBeLessThan(sequence);
        tails += 1;
      }
    }
    expect(found).toBeGreaterThan(3);
    expect(tails).toBeLessThan(found);
  });

  async function openAt(folder: string): Promise<number | string> {
    const root = join(path, 'opened');
    await rm(root, { recursive: true, force: true });
    await mkdir(root);
    await copyFolder(folder, join(root, SHARD_FOLDER));
    try {
      const store = await openSmall(new LevelDisk(root));
      const sequence = store.sequence();
      await store.close();
      return sequence;
    } catch (error) {
      expect(error).toMatchObject({ code: 'KV_STORE_FAILED' });
      return String(error);
    }
  }

  async function copyFolder(from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from))
      if (name !== 'LOCK') await writeFile(join(to, name), await readFile(join(from, name)));
  }

  it('does not happen by itself: thousands of batches over many logs are whole after each reopen', async () => {
    const disk = new LevelDisk(path);
    let expected = 1;
    for (let round = 0; round < 3; round++) {
      const store = await openSmall(disk);
      expect(store.sequence()).toBe(round === 0 ? 1 : expected);
      for (let i = 0; i < 150; i++) {
        await Promise.all(
          Array.from({ length: 20 }, (_, k) => apply(store, `r${round}-${i}-${k}`, i + 1)),
        );
        expected += 1;
      }
      await store.close();
    }
  });
});

describe('a data directory that cannot be used', () => {
  const unusable = { code: 'KV_DATA_DIR_UNUSABLE' };

  it('because a part of its path is a file', async () => {
    await writeFile(join(path, 'file'), '');
    await expect(new LevelDisk(join(path, 'file')).lock()).rejects.toMatchObject(unusable);
    await expect(new LevelDisk(join(path, 'file', 'data')).lock()).rejects.toMatchObject(unusable);
  });

  it('because the lock is not a folder', async () => {
    await writeFile(join(path, 'LOCK'), '');
    await expect(new LevelDisk(path).lock()).rejects.toMatchObject(unusable);
  });

  it('is told from a store that cannot be opened', async () => {
    await mkdir(join(path, SHARD_FOLDER));
    await writeFile(join(path, SHARD_FOLDER, 'CURRENT'), 'garbage');
    await expect(openSmall(new LevelDisk(path))).rejects.toMatchObject({
      code: 'KV_STORE_FAILED',
      message: expect.stringContaining(SHARD_FOLDER) as string,
    });
  });

  it('because nothing can be made there', async () => {
    await expect(new LevelDisk('/proc/kv/data').lock()).rejects.toMatchObject(unusable);
  });

  it('and free space is a number of bytes', async () => {
    const disk = new LevelDisk(path);
    expect(await disk.freeBytes()).toBeGreaterThan(0);
    expect(await new LevelDisk(join(path, 'none')).freeBytes()).toBeUndefined();
  });
});
