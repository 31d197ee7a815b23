import { beforeEach, describe, expect, it } from 'vitest';
import {
  appendEntry,
  EMPTY_LOG,
  epochOf,
  trimLog,
} from '../../../../src/node/core/metadata/metadata-log.js';
import { learn, type VoterState } from '../../../../src/node/core/metadata/voter.js';
import { accept, FRESH_ACCEPTOR } from '../../../../src/node/core/paxos/acceptor.js';
import type { Storage } from '../../../../src/node/env/storage.js';
import { changesBetween, loadMetadata } from '../../../../src/node/metadata/metadata-store.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { crc32c } from '../../../../src/stdx/crc32c.js';
import { idOf, initOf, nextEntry, nodeOf } from '../core/metadata/states.js';

const OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const EMPTY: VoterState = { log: EMPTY_LOG, acceptor: FRESH_ACCEPTOR };

let disk: MemoryDisk;
let storage: Storage;

beforeEach(async () => {
  disk = new MemoryDisk();
  storage = await disk.openStorage('meta', OPTIONS);
});

/** Writes what differs, and gives back the newer one. */
async function save(before: VoterState, after: VoterState): Promise<VoterState> {
  await storage.write(changesBetween(before, after), { sync: true });
  return after;
}

/** The state after `count` epochs, every step of it stored. */
async function storedLog(count: number, maxKept = 1000): Promise<VoterState> {
  let state = await save(EMPTY, learn(EMPTY, nextEntry(undefined, initOf(nodeOf(1)))));
  while (epochOf(state.log) < count) {
    const member = nodeOf(1, { release: `0.${epochOf(state.log)}` });
    const entry = nextEntry(state.log.state, { kind: 'update', member });
    const log = trimLog(appendEntry(state.log, entry), maxKept);
    state = await save(state, { log, acceptor: FRESH_ACCEPTOR });
  }
  return state;
}

function withVote(state: VoterState, round: number): VoterState {
  const entry = { ...nextEntry(state.log.state, { kind: 'open' }), id: 'f'.repeat(16) };
  const proposed = { ballot: { round, nodeId: idOf(1) }, entry };
  return { ...state, acceptor: accept(state.acceptor, proposed).state };
}

const keys = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { key } of storage.iterate({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) }))
    found.push(`${String.fromCharCode(key[0]!)}${key.length > 1 ? key[6]! : ''}`);
  return found;
};

describe('what is stored of the log', () => {
  it('is nothing at first', async () => {
    expect(await loadMetadata(storage)).toEqual(EMPTY);
  });

  it('comes back as it was, whole or trimmed', async () => {
    for (const kept of [1000, 4]) {
      disk = new MemoryDisk();
      storage = await disk.openStorage('meta', OPTIONS);
      const state = await storedLog(11, kept);
      disk.crash();
      expect(await loadMetadata(await disk.openStorage('meta', OPTIONS))).toEqual(state);
    }
  });

  it('holds one snapshot, the entries after it, and one vote at most', async () => {
    const state = await storedLog(9, 4);
    const voted = await save(state, withVote(state, 1));
    expect(await keys()).toEqual(['a10', 'e7', 'e8', 'e9', 's']);
    await save(voted, learn(voted, nextEntry(voted.log.state, { kind: 'open' })));
    expect(await keys()).toEqual(['e10', 'e7', 'e8', 'e9', 's'].sort(byEpoch));
  });

  it('keeps a vote over a restart, with its newest ballot', async () => {
    const state = await storedLog(2);
    const first = await save(state, withVote(state, 1));
    const second = await save(first, withVote(first, 2));
    expect(await loadMetadata(storage)).toEqual(second);
    expect(second.acceptor.promised?.round).toBe(2);
  });

  it('needs no write when nothing changed', async () => {
    const state = await storedLog(2);
    expect(changesBetween(state, { ...state })).toEqual([]);
  });
});

describe('a disk that lost something', () => {
  const entryKey = (epoch: number): Uint8Array => Uint8Array.of(0x65, 0, 0, 0, 0, 0, epoch);

  it.each<[string, Uint8Array, (value: Uint8Array) => Uint8Array | undefined]>([
    ['an entry', entryKey(2), () => undefined],
    [
      'a bit of an entry',
      entryKey(2),
      (value) => value.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
    ],
    [
      'a bit of the checksum',
      entryKey(3),
      (value) => value.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
    ],
    ['the end of an entry', entryKey(3), (value) => value.slice(0, -1)],
    ['all but two bytes', entryKey(1), (value) => value.slice(0, 2)],
  ])('%s is refused, not guessed', async (_what, key, change) => {
    await storedLog(3);
    disk.damage('meta', key, change);
    await expect(loadMetadata(storage)).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
  });

  it('an entry in the place of another is refused', async () => {
    await storedLog(3);
    const third = await storage.get(entryKey(3));
    disk.damage('meta', entryKey(2), () => third);
    await expect(loadMetadata(storage)).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
  });

  it('what a newer version wrote is told from damage', async () => {
    await storedLog(1);
    const text = utf8Encode('{"entry":{},"format":2}');
    const checksum = crc32c(text, crc32c(entryKey(2)));
    const sealed = Uint8Array.of(
      checksum >>> 24,
      checksum >>> 16,
      checksum >>> 8,
      checksum,
      ...text,
    );
    disk.damage('meta', entryKey(2), () => sealed);
    await expect(loadMetadata(storage)).rejects.toMatchObject({ code: 'KV_FORMAT_UNKNOWN' });
  });
});

function byEpoch(a: string, b: string): number {
  return a[0] === b[0] ? Number(a.slice(1)) - Number(b.slice(1)) : a < b ? -1 : 1;
}
