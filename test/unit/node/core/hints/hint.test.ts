import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHint,
  decodeHintKey,
  encodeHint,
  encodeHintKey,
  HINT_KEYS,
  hintsFor,
  type HintId,
} from '../../../../../src/node/core/hints/hint.js';
import { refusalOf, windowLeftMs } from '../../../../../src/node/core/hints/hint-bounds.js';
import { decodeMarkKey, encodeMarkKey } from '../../../../../src/node/core/hints/repair-mark.js';
import { compareBytes, toHex } from '../../../../../src/stdx/bytes.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const target = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toHex);
const ids: fc.Arbitrary<HintId> = fc.record({
  target,
  storedMs: u48,
  sequence: u48,
  namespace: u32,
  token: u32,
});

describe('a hint', () => {
  it('is read as it was written', () => {
    const hints = fc.record({
      key: fc.uint8Array({ minLength: 1, maxLength: 2048 }),
      record: fc.uint8Array(),
    });
    fc.assert(
      fc.property(ids, hints, (id, hint) => {
        const key = encodeHintKey(id);
        expect(decodeHintKey(key)).toEqual(id);
        expect(decodeHint(key, encodeHint(key, hint))).toEqual(hint);
      }),
    );
  });

  it('is known to be damaged whichever byte of it is another, and under another key', () => {
    const id: HintId = {
      target: '00000000000000ff',
      storedMs: 7,
      sequence: 1,
      namespace: 1,
      token: 9,
    };
    const key = encodeHintKey(id);
    const bytes = encodeHint(key, { key: Uint8Array.of(1, 2), record: Uint8Array.of(3, 4, 5) });
    for (const [i, byte] of bytes.entries()) {
      const damaged = bytes.slice();
      damaged[i] = byte ^ 0x10;
      expect(decodeHint(key, damaged)).toBeUndefined();
    }
    expect(decodeHint(key, bytes.subarray(0, 5))).toBeUndefined();
    expect(decodeHint(encodeHintKey({ ...id, storedMs: 8 }), bytes)).toBeUndefined();
  });

  it('lies in the range of its target, ordered by the time at which it was kept', () => {
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        const [a, b] = [encodeHintKey(one), encodeHintKey({ ...other, target: one.target })];
        const { gte, lt } = hintsFor(one.target);
        expect(compareBytes(gte, a)).toBeLessThan(0);
        expect(compareBytes(a, lt)).toBeLessThan(0);
        expect(compareBytes(HINT_KEYS.gte, a)).toBeLessThan(0);
        expect(compareBytes(lt, HINT_KEYS.lt)).toBeLessThan(0);
        if (one.storedMs !== other.storedMs)
          expect(compareBytes(a, b) < 0).toBe(one.storedMs < other.storedMs);
        if (one.target !== other.target) {
          const strange = encodeHintKey(other);
          expect(compareBytes(strange, gte) < 0 || compareBytes(strange, lt) >= 0).toBe(true);
        }
      }),
    );
  });
});

describe('the bounds of hints', () => {
  const bounds = { hintTargetBytes: 100, hintTotalBytes: 150 };

  it('hold for one target and for all, to the byte', () => {
    expect(refusalOf({ targetBytes: 90, totalBytes: 90 }, 10, bounds)).toBeUndefined();
    expect(refusalOf({ targetBytes: 90, totalBytes: 90 }, 11, bounds)).toBe('target');
    expect(refusalOf({ targetBytes: 0, totalBytes: 141 }, 10, bounds)).toBe('total');
    expect(refusalOf({ targetBytes: 0, totalBytes: 140 }, 10, bounds)).toBeUndefined();
  });

  it('leave a hint its window, whatever the clock does, and no more', () => {
    expect(windowLeftMs(1_000, 1_000, 500)).toBe(500);
    expect(windowLeftMs(1_000, 1_499, 500)).toBe(1);
    expect(windowLeftMs(1_000, 1_500, 500)).toBe(0);
    expect(windowLeftMs(1_000, 9_000, 500)).toBe(0);
    expect(windowLeftMs(1_000, 10, 500)).toBe(500);
  });
});

it('a mark names its slot', () => {
  const mark = { namespace: 3, slot: 0xfffff };
  expect(toHex(encodeMarkKey(mark))).toBe('6d7200000003000fffff');
  expect(decodeMarkKey(encodeMarkKey(mark))).toEqual(mark);
});
