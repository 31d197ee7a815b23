import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { Scrubber } from '../../src/node/store/scrub/scrubber.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import { utf8Decode } from '../../src/stdx/bytes.js';
import { Prng } from '../../src/stdx/prng.js';
import { mutation } from '../unit/node/store/store-harness.js';
import { openSmallWithGrid, storeEnv } from './store-env.js';

const RECORDS = 400;

let path: string;
let disk: LevelDisk;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kv-rot-'));
  disk = new LevelDisk(path);
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

/** Values that LevelDB cannot compress: it stores their blocks as they are, and does not look at their checksums. */
function valueOf(i: number): Uint8Array {
  const prng = Prng.named(`rot ${i}`);
  return Uint8Array.from({ length: 3_000 }, () => prng.int(256));
}

async function flipBytes(): Promise<void> {
  const folder = join(path, SHARD_FOLDER);
  const tables = (await readdir(folder)).filter((name) => name.endsWith('.ldb'));
  for (const name of tables) {
    const bytes = await readFile(join(folder, name));
    // Away from the end, where the index of the table is; each hits the middle of some value.
    for (let at = 50_000; at < bytes.length - 100_000; at += 97_000) bytes[at]! ^= 0x20;
    await writeFile(join(folder, name), bytes);
  }
}

it('bytes that change in a table are found by the scrub, and what heals them makes the store whole', async () => {
  const first = await openSmallWithGrid(disk);
  for (let i = 0; i < RECORDS; i += 50)
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, k) =>
          new Promise((resolve) =>
            first.store.apply(
              mutation({ key: `k${i + k}`, ms: 5, value: valueOf(i + k) }),
              resolve,
            ),
          ),
      ),
    );
  await first.store.engine.compact({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) });
  await first.grid.stop();
  await first.store.close();
  await flipBytes();

  const { store, grid } = await openSmallWithGrid(disk);
  const healed = new Set<string>();
  const scrubber = new Scrubber({
    env: storeEnv(disk),
    store,
    events: { emit: () => undefined },
    cycleMs: 200,
    heal: ({ key }) => {
      const name = utf8Decode(key);
      healed.add(name);
      const value = valueOf(Number(name.slice(1)));
      store.apply(mutation({ key: name, ms: 5, value, repair: true }), () => undefined);
    },
  });
  scrubber.start();
  await expect.poll(() => scrubber.view().endedRecords, { timeout: 30_000 }).toBe(RECORDS);
  expect(healed.size).toBeGreaterThan(3);
  expect(scrubber.view()).toMatchObject({ rotten: healed.size, unreadable: 0 });
  await scrubber.stop();
  for (let i = 0; i < RECORDS; i++) {
    const { kind } = await new Promise<{ kind: string }>((resolve) =>
      store.read(mutation({ key: `k${i}`, ms: 1 }), resolve),
    );
    expect(kind).toBe('found');
  }
  await grid.stop();
  await store.close();
});
