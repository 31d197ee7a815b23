import { expect, it } from 'vitest';
import { effectiveView } from '../../../../../src/node/core/version/expiry.js';

const at = (ms: number): { ms: number; logical: number } => ({ ms, logical: 0 });

it('a record without an expiry is found at any time', () => {
  expect(effectiveView({ tombstone: false }, at(0xffff_ffff_ffff))).toBe('found');
});

it('a record reads as a tombstone from the millisecond of its expiry on', () => {
  const record = { tombstone: false, expiresAtMs: 100 };
  expect(effectiveView(record, at(99))).toBe('found');
  expect(effectiveView(record, at(100))).toBe('tombstone');
});

it('a tombstone is one before and after any expiry', () => {
  expect(effectiveView({ tombstone: true, expiresAtMs: 100 }, at(1))).toBe('tombstone');
});
