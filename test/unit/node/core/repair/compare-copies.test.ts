import { describe, expect, it } from 'vitest';
import {
  compareCopies,
  type ReplicaList,
} from '../../../../../src/node/core/repair/compare-copies.js';
import type { RecordDigest } from '../../../../../src/node/core/messages.js';
import { toHex, utf8Decode, utf8Encode } from '../../../../../src/stdx/bytes.js';

interface Shape {
  readonly ms: number;
  readonly tombstone?: boolean;
  readonly checksum?: number;
}

function digest({ ms, tombstone = false, checksum = 1 }: Shape): RecordDigest {
  const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
  return { version, tombstone, checksum, expiresAtMs: undefined, sizeBytes: 1 };
}

function list(
  copies: Readonly<Record<string, Shape>>,
  floorMs = 0,
  unreadable: readonly string[] = [],
): ReplicaList {
  const keys = Object.keys(copies).sort();
  return {
    copies: keys.map((key) => ({ dataKey: utf8Encode(key), digest: digest(copies[key]!) })),
    unreadable: new Set(unreadable.map((key) => toHex(utf8Encode(key)))),
    floorMs,
  };
}

/** `k: send 9 from 0 to 1,2` or `k: drop from 1`. */
function tasks(...lists: readonly ReplicaList[]): readonly string[] {
  const blindMs = Math.max(...lists.map(({ floorMs }) => floorMs));
  return compareCopies(lists, blindMs).map((task) =>
    task.kind === 'send'
      ? `${utf8Decode(task.dataKey)}: send ${task.digest.version.ms} from ${task.holder} to ${task.to.join()}`
      : `${utf8Decode(task.dataKey)}: drop from ${task.from.map(({ replica }) => replica).join()}`,
  );
}

describe('copies above every floor', () => {
  it('that are equal need nothing', () => {
    expect(tasks(list({ a: { ms: 1 } }), list({ a: { ms: 1 } }))).toEqual([]);
    expect(tasks(list({}), list({}))).toEqual([]);
  });

  it('are brought to whoever lacks them, or holds something older, key by key', () => {
    expect(
      tasks(
        list({ a: { ms: 1 }, c: { ms: 5 } }),
        list({ a: { ms: 2 }, b: { ms: 3 } }),
        list({ a: { ms: 1 }, c: { ms: 5, tombstone: true } }),
      ),
    ).toEqual(['a: send 2 from 1 to 0,2', 'b: send 3 from 1 to 0,2', 'c: send 5 from 2 to 0,1']);
  });

  it('of one version are decided by what they are, the same way from every side', () => {
    const [one, other] = [list({ a: { ms: 1, checksum: 7 } }), list({ a: { ms: 1, checksum: 9 } })];
    expect(tasks(one, other)).toEqual(['a: send 1 from 1 to 0']);
    expect(tasks(other, one)).toEqual(['a: send 1 from 0 to 1']);
  });
});

describe('copies at or below a floor', () => {
  it('that a complete replica lacks were deleted: they are dropped, not brought back', () => {
    expect(tasks(list({}, 10), list({ a: { ms: 9 } }))).toEqual(['a: drop from 1']);
    expect(tasks(list({}, 10), list({ a: { ms: 10 } }), list({ a: { ms: 3 } }))).toEqual([
      'a: drop from 1,2',
    ]);
  });

  it('above it are news', () => {
    expect(tasks(list({}, 10), list({ a: { ms: 11 } }))).toEqual(['a: send 11 from 1 to 0']);
  });

  it('that a complete replica still holds are alive, and come back to one that has lost them', () => {
    expect(tasks(list({ a: { ms: 9 } }, 10), list({}, 10))).toEqual(['a: send 9 from 0 to 1']);
    expect(tasks(list({ a: { ms: 9 } }, 10), list({}))).toEqual(['a: send 9 from 0 to 1']);
  });

  it('that are tombstones are nothing: nobody gets them, and they shadow nothing that is dead anyway', () => {
    const tombstone = { a: { ms: 9, tombstone: true } };
    expect(tasks(list({}, 10), list(tombstone))).toEqual([]);
    expect(tasks(list({}, 10), list(tombstone), list({ a: { ms: 8 } }))).toEqual([
      'a: drop from 2',
    ]);
  });

  it('do not hide a newer tombstone', () => {
    expect(tasks(list({}, 10), list({ a: { ms: 12, tombstone: true } }))).toEqual([
      'a: send 12 from 1 to 0',
    ]);
  });
});

describe('a copy that cannot be read', () => {
  it('gets nothing, whatever the others hold: what it hides may be newer', () => {
    const hidden = list({}, 0, ['a']);
    expect(tasks(list({ a: { ms: 5 } }), hidden, list({}))).toEqual(['a: send 5 from 0 to 2']);
    expect(tasks(list({ a: { ms: 5 } }), hidden, list({ a: { ms: 5 } }))).toEqual([]);
  });

  it('is not taken for an absence that says that the others are dead', () => {
    expect(tasks(list({ a: { ms: 5 } }), list({}, 10, ['a']))).toEqual([]);
  });
});
