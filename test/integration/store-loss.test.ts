import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import type { OpenedStore } from '../../src/node/store/open-store.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import { mutation } from '../unit/node/store/store-harness.js';
import { openSmallWithGrid } from './store-env.js';

const RECORDS = 600;

let path: string;
let disk: LevelDisk;
/** What was told of an accepted loss. */
let lost: string[];
let before: { readonly sequence: number; readonly writer: unknown };

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kv-loss-'));
  disk = new LevelDisk(path);
  lost = [];
  const { store, grid } = await openSmallWithGrid(disk);
  for (let i = 0; i < RECORDS; i += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, k) => {
        const value = new Uint8Array(4_000).fill(i + k);
        return new Promise((resolve) =>
          store.apply(mutation({ key: `k${i + k}`, ms: 5, value }), resolve),
        );
      }),
    );
  await store.engine.compact({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) });
  // These are in the log alone.
  const value = new Uint8Array(4_000);
  for (let i = 0; i < 25; i++)
    await new Promise((resolve) =>
      store.apply(mutation({ key: `late${i}`, ms: 5, value }), resolve),
    );
  await store.floors.raise(1, [{ from: 0, to: 1 << 20 }], 7);
  before = { sequence: store.sequence(), writer: store.writerId() };
  await grid.stop();
  await store.close();
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

async function files(pattern: RegExp): Promise<string[]> {
  const names = await readdir(join(path, SHARD_FOLDER));
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(path, SHARD_FOLDER, name));
}

async function damage(pattern: RegExp, change: (file: string) => Promise<void>): Promise<void> {
  const [file] = await files(pattern);
  await change(file ?? '');
}

/** Takes the middle out of the log: what was acknowledged before and after it is there. */
async function cutLog(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[40_000]! ^= 0xff;
  await writeFile(file, bytes);
}

function accepting(): Promise<OpenedStore> {
  return openSmallWithGrid(disk, (what) => lost.push(what));
}

async function keysIn({ store }: OpenedStore): Promise<number> {
  let found = 0;
  for (let i = 0; i < RECORDS; i++) {
    const { kind } = await new Promise<{ kind: string }>((resolve) =>
      store.read(mutation({ key: `k${i}`, ms: 1 }), resolve),
    );
    if (kind === 'found') found += 1;
  }
  return found;
}

async function closed({ store, grid }: OpenedStore): Promise<void> {
  await grid.stop();
  await store.close();
}

const remove = (file: string): Promise<void> => rm(file);
const shorten = (file: string): Promise<void> => truncate(file, 3_000);

describe.each([
  { what: 'without its MANIFEST', pattern: /^MANIFEST/, change: remove, left: RECORDS },
  { what: 'without its CURRENT', pattern: /^CURRENT$/, change: remove, left: RECORDS },
  { what: 'without one of its tables', pattern: /\.ldb$/, change: remove, left: 0 },
  { what: 'with a gap in its log', pattern: /\.log$/, change: cutLog, left: RECORDS },
])('a store $what', ({ pattern, change, left }) => {
  beforeEach(async () => {
    await damage(pattern, change);
  });

  it('is refused, and told what to do next', async () => {
    for (let i = 0; i < 2; i++)
      await expect(openSmallWithGrid(disk)).rejects.toMatchObject({
        code: 'KV_STORE_FAILED',
        message: expect.stringMatching(
          /replace the node, or start it with --accept-loss/,
        ) as string,
        hints: ['kv node start --accept-loss', 'kv status'],
      });
  });

  it('goes on with what is left once the loss is accepted, and takes nothing of it for complete', async () => {
    const opened = await accepting();
    const { store, grid } = opened;
    expect(lost).toHaveLength(1);
    expect(store.sequence()).toBeGreaterThan(before.sequence);
    expect(store.writerId()).not.toEqual(before.writer);
    expect(store.floors.within(1, { from: 0, to: 1 << 20 })).toMatchObject([{ value: 0 }]);
    expect(await keysIn(opened)).toBeGreaterThanOrEqual(left);
    await expect.poll(() => grid.isComplete(), { timeout: 60_000 }).toBe(true);
    expect(await grid.verify()).toMatchObject({ differingCount: 0, unreadable: 0, unknown: 0 });
    const { kind } = await new Promise<{ kind: string }>((resolve) =>
      store.apply(mutation({ key: 'after', ms: 9 }), resolve),
    );
    expect(kind).toBe('written');
    const sequence = store.sequence();
    await closed(opened);
    const again = await openSmallWithGrid(disk);
    expect(again.store.sequence()).toBeGreaterThanOrEqual(sequence);
    await closed(again);
  });
});

it('a table that cannot be read does not keep a store from opening, but is found when a loss is accepted', async () => {
  await damage(/\.ldb$/, shorten);
  const opened = await accepting();
  expect(lost).toHaveLength(1);
  expect(await keysIn(opened)).toBeLessThan(RECORDS);
  await closed(opened);
});

it('a store that has lost nothing is opened as ever when a loss is accepted', async () => {
  const opened = await accepting();
  expect(lost).toEqual([]);
  expect(opened.store.sequence()).toBe(before.sequence);
  expect(opened.store.writerId()).toEqual(before.writer);
  await closed(opened);
});

it('an acceptance that was cut off must be given again', async () => {
  await damage(/^MANIFEST/, remove);
  await disk.replaceFile('loss', new TextEncoder().encode('begun\n'));
  await disk.salvageStorage(SHARD_FOLDER);
  await expect(openSmallWithGrid(disk)).rejects.toMatchObject({
    message: expect.stringContaining('was cut off') as string,
  });
  await closed(await accepting());
  expect(lost).toHaveLength(1);
  await closed(await openSmallWithGrid(disk));
});
