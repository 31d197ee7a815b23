import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDelta, encodeDelta, GridDelta } from '../../src/node/core/grid/grid-delta.js';
import type { LeafDelta } from '../../src/node/core/grid/grid-delta.js';
import { decodePage, encodePage } from '../../src/node/core/grid/grid-page.js';
import { itemHash } from '../../src/node/core/grid/item-hash.js';
import * as hashes from '../../src/node/core/grid/leaf-hashes.js';
import { joinRuns, leafRunsOf, leavesIn, splitRuns } from '../../src/node/core/grid/leaf-runs.js';
import type { LeafRun } from '../../src/node/core/grid/leaf-runs.js';
import { LEAF_COUNT, leafOf, PAGE_LEAVES } from '../../src/node/core/grid/leaf.js';
import { decodeRecord, encodeRecord } from '../../src/node/core/version/record-codec.js';
import type { RecordContent, StoredRecord } from '../../src/node/core/version/record.js';
import { contents, dataKeys } from './arbitrary-records.js';

function stored(dataKey: Uint8Array, content: RecordContent): StoredRecord {
  const record = decodeRecord(dataKey, encodeRecord(dataKey, content));
  if (typeof record === 'string') throw new Error(record);
  return record;
}

const keyed = fc.tuple(dataKeys, contents());

const hash64s = fc.record({
  hi: fc.integer({ min: 0, max: 0xffff_ffff }),
  lo: fc.integer({ min: 0, max: 0xffff_ffff }),
});

const deltas: fc.Arbitrary<LeafDelta> = fc.record({
  namespace: fc.constantFrom(1, 2, 0xffff_ffff),
  leaf: fc.constantFrom(0, 1, 7, LEAF_COUNT - 1, 2 ** 28 - 1),
  hash: hash64s,
});

/** The XOR by BigInt, over all that was ever added to each leaf. */
function naive(all: readonly LeafDelta[]): Map<string, bigint> {
  const leaves = new Map<string, bigint>();
  for (const { namespace, leaf, hash } of all) {
    const name = `${namespace} ${leaf}`;
    leaves.set(name, (leaves.get(name) ?? 0n) ^ wide(hash));
  }
  for (const [name, hash] of leaves) if (hash === 0n) leaves.delete(name);
  return leaves;
}

function wide({ hi, lo }: { hi: number; lo: number }): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

const slots = fc.integer({ min: 0, max: LEAF_COUNT - 1 });
/** Few slots, near the end of the ring and its beginning, so that ranges touch and go over it. */
const nearSlots = fc.integer({ min: -6, max: 6 }).map((at) => (at + LEAF_COUNT) % LEAF_COUNT);

describe('the hash of a record', () => {
  it('tells any two records apart that differ in key, version, value or expiry', () => {
    fc.assert(
      fc.property(keyed, keyed, ([keyA, a], [keyB, b]) => {
        const [one, other] = [stored(keyA, a), stored(keyB, b)];
        const same = Buffer.compare(keyA, keyB) === 0 && alike(one, other);
        expect(hashes.sameHash(itemHash(keyA, one), itemHash(keyB, other))).toBe(same);
      }),
    );
  });

  it('is blind to the value of a record that expires, so that a sweep changes nothing', () => {
    fc.assert(
      fc.property(
        dataKeys,
        contents(),
        fc.uint8Array({ maxLength: 9 }),
        (dataKey, content, value) => {
          const expiring = { ...content, tombstone: false, expiresAtMs: content.expiresAtMs ?? 5 };
          const swept = { ...expiring, tombstone: true, value: new Uint8Array() };
          const hash = itemHash(dataKey, stored(dataKey, expiring));
          expect(itemHash(dataKey, stored(dataKey, swept))).toEqual(hash);
          expect(itemHash(dataKey, stored(dataKey, { ...expiring, value }))).toEqual(hash);
        },
      ),
    );
  });

  it('is what it always was: stored grids and other nodes rest on it', () => {
    const dataKey = Uint8Array.of(0x64, 0, 0, 0, 1, 0x99, 0x42, 0x62, 0x28, 0x6b);
    const version = { ms: 5, logical: 1, writerHi: 2, writerLo: 3 };
    const plain = { version, tombstone: false, value: Uint8Array.of(1, 2) };
    expect(itemHash(dataKey, stored(dataKey, plain))).toMatchInlineSnapshot(`
      {
        "hi": 706369542,
        "lo": 2838313732,
      }
    `);
    const expiring = { ...plain, expiresAtMs: 9 };
    expect(itemHash(dataKey, stored(dataKey, expiring))).toMatchInlineSnapshot(`
      {
        "hi": 2726957893,
        "lo": 1223238672,
      }
    `);
  });
});

function alike(a: StoredRecord, b: StoredRecord): boolean {
  const { ms, logical, writerHi, writerLo } = a.version;
  const sameVersion =
    ms === b.version.ms &&
    logical === b.version.logical &&
    writerHi === b.version.writerHi &&
    writerLo === b.version.writerLo;
  if (a.expiresAtMs !== b.expiresAtMs) return false;
  return sameVersion && (a.expiresAtMs !== undefined || a.checksum === b.checksum);
}

describe('a delta', () => {
  it('holds for each leaf the XOR of all that was added, and survives its encoding', () => {
    fc.assert(
      fc.property(fc.array(deltas, { maxLength: 30 }), fc.nat(), (added, again) => {
        const twice = added.slice(0, again % (added.length + 1));
        const delta = new GridDelta();
        for (const { namespace, leaf, hash } of [...added, ...twice])
          delta.add(namespace, leaf, hash);
        const leaves = delta.leaves();
        expect(naive(leaves)).toEqual(naive([...added, ...twice]));
        expect(new Set(leaves.map((one) => `${one.namespace} ${one.leaf}`)).size).toBe(
          leaves.length,
        );
        expect(decodeDelta(encodeDelta(leaves))).toEqual(leaves);
      }),
    );
  });

  it('that is cut short is none', () => {
    fc.assert(
      fc.property(fc.array(deltas, { minLength: 1, maxLength: 5 }), fc.nat(), (added, cut) => {
        const bytes = encodeDelta(added);
        const short = decodeDelta(bytes.subarray(0, cut % bytes.length));
        // What ends where a group ends is whole.
        if (short !== undefined) expect(short).toEqual(added.slice(0, short.length));
        else expect(short).toBeUndefined();
      }),
    );
  });
});

describe('a page', () => {
  it('survives its encoding, and other bytes are none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(PAGE_LEAVES - 1), hash64s), { maxLength: 20 }),
        fc.integer({ min: 0, max: 0xffff_ffff_ffff }),
        (filled, sequence) => {
          const leaves = hashes.emptyLeaves(PAGE_LEAVES);
          for (const [place, hash] of filled) hashes.xorAt(leaves, place, hash);
          const bytes = encodePage({ sequence, leaves });
          expect(decodePage(bytes)).toEqual({ sequence, leaves });
          expect(decodePage(bytes.subarray(1))).toBeUndefined();
        },
      ),
    );
    const empty = encodePage({ sequence: 3, leaves: undefined });
    expect(decodePage(empty)).toEqual({ sequence: 3, leaves: hashes.emptyLeaves(PAGE_LEAVES) });
  });
});

describe('a range of leaves', () => {
  it('has exactly the leaves of its tokens, in the order of the ring', () => {
    fc.assert(
      fc.property(nearSlots, nearSlots, (start, end) => {
        const expected = new Set<number>();
        let at = start;
        do {
          expected.add(at);
          at = (at + 1) % LEAF_COUNT;
        } while (at !== end && expected.size < 20);
        const runs = leafRunsOf(start * 4096, end * 4096);
        const all = (end - start + LEAF_COUNT) % LEAF_COUNT || LEAF_COUNT;
        expect(leavesIn(runs)).toBe(all);
        if (all < 20) expect(listed(runs)).toEqual([...expected]);
        expect(runs[0]?.from).toBe(start);
      }),
    );
  });

  it('is cut into even pieces that are all of it', () => {
    fc.assert(
      fc.property(slots, slots, fc.integer({ min: 1, max: 40 }), (start, end, parts) => {
        const runs = leafRunsOf(start * 4096, end * 4096);
        const pieces = splitRuns(runs, parts);
        const sizes = pieces.map(leavesIn);
        expect(pieces.length).toBe(Math.min(parts, leavesIn(runs)));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(joined(pieces.flat())).toEqual(runs);
      }),
    );
  });

  it('is whole again when its pieces are put together, as many as fit at a time', () => {
    const ranges = fc.tuple(slots, slots);
    const sizes = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(ranges, sizes, fc.integer({ min: 1, max: 5000 }), ([a, b], parts, most) => {
        const pieces = splitRuns(leafRunsOf(a * 4096, b * 4096), parts);
        const together = joinRuns(pieces, most);
        expect(together.flat()).toEqual(pieces.flat());
        for (const [i, runs] of together.entries()) {
          const [leaves, next] = [leavesIn(runs), together[i + 1]];
          const isOne = pieces.some((piece) => leavesIn(piece) === leaves);
          expect(leaves <= most || isOne).toBe(true);
          if (next !== undefined) expect(leaves + leavesIn(next)).toBeGreaterThan(most);
        }
      }),
    );
  });

  it('folds into the XOR of all records in it, and so do its pieces', () => {
    const tokens = fc.record({ token: fc.integer({ min: 0, max: 15 }), hash: hash64s });
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 30 }), fc.nat(16), fc.nat(16), (items, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const leaves = hashes.emptyLeaves(16);
        for (const { token, hash } of items) hashes.xorAt(leaves, leafOf(token * 4096), hash);
        const inside = items.filter(({ token }) => token >= from && token < to);
        const expected = inside.reduce((sum, { hash }) => sum ^ wide(hash), 0n);
        expect(wide(hashes.foldLeaves(leaves, from, to))).toBe(expected);
        const middle = (from + to) >>> 1;
        const halves = hashes.xorOf(
          hashes.foldLeaves(leaves, from, middle),
          hashes.foldLeaves(leaves, middle, to),
        );
        expect(wide(halves)).toBe(expected);
      }),
    );
  });
});

function listed(runs: readonly LeafRun[]): number[] {
  return runs.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
}

/** Neighbouring runs as one. */
function joined(runs: readonly LeafRun[]): readonly LeafRun[] {
  const all: LeafRun[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    if (last?.to === run.from) all[all.length - 1] = { from: last.from, to: run.to };
    else all.push(run);
  }
  return all;
}
