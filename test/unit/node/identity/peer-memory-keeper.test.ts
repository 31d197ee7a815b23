import { beforeEach, describe, expect, it } from 'vitest';
import type { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { Storage } from '../../../../src/node/env/storage.js';
import { loadPeers, PeerMemoryKeeper } from '../../../../src/node/identity/peer-memory-keeper.js';
import { peerKey } from '../../../../src/node/identity/peer-record.js';
import type { SeenStart } from '../../../../src/node/identity/peer-memory.js';
import { putSealed } from '../../../../src/node/metadata/sealed-record.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { idOf } from '../core/metadata/states.js';
import { StoreUnderTest } from '../store/store-harness.js';

const OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const NONCE = 'a'.repeat(16);

let under: StoreUnderTest;
let disk: MemoryDisk;
let storage: Storage;
let keeper: PeerMemoryKeeper;
let failures: KvError[];
/** Writes that were synced. */
let writes: number;

async function open(): Promise<void> {
  storage = await disk.openStorage('meta', OPTIONS);
  const stored = await loadPeers(storage);
  keeper = new PeerMemoryKeeper({
    storage,
    stored,
    clock: under.clock,
    onFailed: (error) => void failures.push(error),
  });
}

beforeEach(async () => {
  under = await StoreUnderTest.open();
  writes = 0;
  failures = [];
  disk = new MemoryDisk({
    hold: (step) => {
      if (step === 'sync') writes += 1;
      return undefined;
    },
  });
  await open();
});

const see = (n: number, seen: Partial<SeenStart> = {}): void => {
  const claim = { nodeId: idOf(n), boot: 1, nonce: NONCE, sequence: 10, direct: true };
  keeper.memory.observe({ ...claim, ...seen });
};

function keyOf(n: number): Uint8Array {
  const key = peerKey(idOf(n));
  if (key === undefined) throw new Error('an id has a key');
  return key;
}

/** What a run after a crash at this moment would know. */
async function durable(n: number): Promise<SeenStart | undefined> {
  const copy = await disk.copy().openStorage('meta', OPTIONS);
  const { seen } = await loadPeers(copy);
  return seen.get(idOf(n));
}

/** How many records there are. */
async function keys(): Promise<number> {
  const { seen, damaged } = await loadPeers(storage);
  return seen.size + damaged.length;
}

describe('what is known of a peer', () => {
  it('is durable within a second when it has started, and a few seconds later when its sequence rose', async () => {
    see(2);
    await under.scheduler.advance(1_000);
    expect(await durable(2)).toEqual({ boot: 1, nonce: NONCE, sequence: 10, clonedBoot: 0 });
    see(2, { sequence: 20 });
    await under.scheduler.advance(1_000);
    expect(await durable(2)).toMatchObject({ sequence: 10 });
    await under.scheduler.advance(LIMITS.peerMemoryLaterMs);
    expect(await durable(2)).toMatchObject({ sequence: 20 });
  });

  it('is durable within a second when it turns out to be cloned, though a sequence waits already', async () => {
    see(2);
    await under.scheduler.advance(1_000);
    see(2, { sequence: 20 });
    see(2, { nonce: 'b'.repeat(16) });
    await under.scheduler.advance(1_000);
    expect(await durable(2)).toMatchObject({ boot: 1, clonedBoot: 1, sequence: 20 });
  });

  it('costs one write in a few seconds, however often it changes', async () => {
    see(2);
    see(3);
    await under.scheduler.advance(1_000);
    expect(writes).toBe(1);
    for (let i = 0; i < 100; i++) {
      see(2, { sequence: 20 + i });
      see(3, { sequence: 20 + i });
      await under.scheduler.advance(100);
    }
    expect(writes).toBeLessThanOrEqual(1 + 10_000 / LIMITS.peerMemoryLaterMs);
    expect((await durable(3))?.sequence).toBeGreaterThan(60);
  });

  it('costs nothing while nothing changes', async () => {
    see(2);
    await under.scheduler.advance(1_000);
    for (let i = 0; i < 10; i++) {
      see(2);
      see(2, { sequence: 3 });
      await under.scheduler.advance(10_000);
    }
    expect(writes).toBe(1);
  });

  it('is told to the next run, and judged by it', async () => {
    see(2, { boot: 7, sequence: 70 });
    await keeper.close();
    disk.crash();
    await open();
    expect(keeper.memory.seen(idOf(2))).toMatchObject({ boot: 7, sequence: 70 });
    const claim = { nodeId: idOf(2), nonce: 'b'.repeat(16), direct: true };
    expect(keeper.memory.observe({ ...claim, boot: 6, sequence: 80 })).toBe('rolled-back');
    expect(keeper.memory.observe({ ...claim, boot: 8, sequence: 69 })).toBe('rolled-back');
    expect(keeper.memory.observe({ ...claim, boot: 7, sequence: 80 })).toBe('clone');
    expect(keeper.memory.observe({ ...claim, boot: 8, sequence: 70 })).toBe('plausible');
  });

  it('is written whole at the end, in batches that are bounded, and nothing after it', async () => {
    const many = 2 * LIMITS.peerMemoryBatch + 5;
    for (let n = 1; n <= many; n++) see(n);
    await keeper.close();
    expect(writes).toBe(3);
    expect(await keys()).toBe(many);
    see(1, { boot: 2 });
    await under.scheduler.advance(10_000);
    expect(writes).toBe(3);
  });

  it('has its turn though others change all the time', async () => {
    const many = 2 * LIMITS.peerMemoryBatch;
    for (let n = 1; n <= many; n++) see(n);
    await under.scheduler.advance(3_000);
    expect(await keys()).toBe(many);
    for (let round = 0; round < 4; round++) {
      for (let n = 1; n <= many; n++) see(n, { sequence: 20 + round });
      await under.scheduler.advance(LIMITS.peerMemoryLaterMs);
    }
    for (const n of [1, many / 2, many]) expect((await durable(n))?.sequence).toBeGreaterThan(10);
  });

  it('is forgotten on the disk too when there are too many nodes', async () => {
    for (let n = 1; n <= LIMITS.peersRemembered; n++) see(n);
    await keeper.close();
    expect(await keys()).toBe(LIMITS.peersRemembered);
    await storage.close();
    await open();
    // The first to be read again is the first to be forgotten, as none was heard of since.
    see(LIMITS.peersRemembered + 1);
    await keeper.close();
    expect(await keys()).toBe(LIMITS.peersRemembered);
    expect(await durable(LIMITS.peersRemembered + 1)).toBeDefined();
  });

  it('is not kept of one whose words no node of this version uses', async () => {
    keeper.memory.observe({ nodeId: 'n2', boot: 1, nonce: NONCE, sequence: 1, direct: true });
    see(3, { nonce: 'short' });
    see(4, { sequence: 2 ** 60 });
    see(5);
    await keeper.close();
    expect(await keys()).toBe(1);
    expect(await durable(5)).toBeDefined();
  });
});

describe('a record of a peer', () => {
  it('is where and what the format says', async () => {
    see(2);
    await keeper.close();
    const key = keyOf(2);
    expect([...key]).toEqual([0x70, 0, 0, 0, 0, 0, 0, 0, 2]);
    const value = await storage.get(key);
    expect(utf8Decode(value?.subarray(4) ?? new Uint8Array())).toBe(
      '{"format":1,"seen":{"boot":1,"clonedBoot":0,"nonce":"aaaaaaaaaaaaaaaa","sequence":10}}',
    );
  });

  it('that is damaged is forgotten, and goes from the disk', async () => {
    see(2);
    see(3);
    await keeper.close();
    await storage.close();
    disk.damage('meta', keyOf(2), (value) => value.map((byte, i) => (i === 9 ? byte ^ 1 : byte)));
    await open();
    expect(keeper.memory.seen(idOf(2))).toBeUndefined();
    expect(keeper.memory.seen(idOf(3))).toBeDefined();
    await under.scheduler.advance(LIMITS.peerMemoryLaterMs);
    expect(await keys()).toBe(1);
  });

  it('of a newer format refuses the start', async () => {
    const text = utf8Encode('{"format":2,"seen":{}}');
    await storage.write([putSealed(keyOf(2), text)], { sync: true });
    await expect(loadPeers(storage)).rejects.toMatchObject({ code: 'KV_FORMAT_UNKNOWN' });
  });
});

describe('a memory that cannot be written', () => {
  it('says so once, and tries nothing more', async () => {
    disk.failWrites('meta');
    see(2);
    await under.scheduler.advance(1_000);
    expect(failures).toMatchObject([{ code: 'KV_STORE_FAILED' }]);
    see(3);
    await under.scheduler.advance(10_000);
    await keeper.close();
    expect(failures).toHaveLength(1);
  });

  it('says so also at the end', async () => {
    disk.failWrites('meta');
    see(2);
    await keeper.close();
    expect(failures).toHaveLength(1);
  });
});
