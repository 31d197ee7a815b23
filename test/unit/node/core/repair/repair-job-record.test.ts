import { describe, expect, it } from 'vitest';
import {
  decodeRepairJob,
  encodeRepairJob,
  type RepairJobRecord,
} from '../../../../../src/node/core/repair/repair-job-record.js';
import { utf8Decode, utf8Encode } from '../../../../../src/stdx/bytes.js';

const JOB: RepairJobRecord = {
  id: 'r-7c1e',
  scope: {
    node: 'n4',
    range: { start: 0xffff_f000, end: 0 },
    key: Uint8Array.of(0, 255),
    namespace: 'default',
  },
  state: 'running',
  startedAtMs: 1_767_225_600_000,
  tookMs: 1500,
  ranges: 384,
  counts: { done: 24, repaired: 2, partial: 12, failed: 1 },
  moves: { differing: 3, sent: 1000, sentBytes: 2 ** 40, dropped: 1 },
  problem: 'n2 does not answer',
  away: ['n2'],
  restarts: 3,
  resumedAtMs: 1_767_225_700_000,
  idleRestarts: 1,
  cursor: { plan: '00c0ffee00c0ffee', next: 7, again: [1, 5] },
};

describe('a repair that is kept', () => {
  it('is read as it was written', () => {
    expect(decodeRepairJob(encodeRepairJob(JOB))).toEqual(JOB);
    const plain: RepairJobRecord = { ...JOB, scope: {}, resumedAtMs: undefined, state: 'done' };
    expect(decodeRepairJob(encodeRepairJob(plain))).toEqual(plain);
  });

  it('has whole milliseconds, a problem of bounded length, and a key of any', () => {
    const key = new Uint8Array(60_000).fill(7);
    const long = { ...JOB, tookMs: 1.5, problem: 'x'.repeat(5000), scope: { key } };
    const read = decodeRepairJob(encodeRepairJob(long));
    expect(read).toMatchObject({ tookMs: 1, scope: { key } });
    expect(read.problem).toHaveLength(1000);
  });

  it('keeps of more failed groups than are counted only that it was begun', () => {
    const cursor = { ...JOB.cursor, next: 9000, again: Array.from({ length: 5000 }, (_, i) => i) };
    expect(decodeRepairJob(encodeRepairJob({ ...JOB, cursor })).cursor).toEqual({
      ...{ plan: JOB.cursor.plan, next: 0, again: [] },
    });
  });

  it.each([
    ['of another format', (text: string) => text.replace('"format":1', '"format":2')],
    ['with an unknown field', (text: string) => text.replace('"id"', '"new":1,"id"')],
    ['in a state that nobody knows', (text: string) => text.replace('"running"', '"asleep"')],
  ])('is refused when it is one %s', (_, change) => {
    const bytes = utf8Encode(change(utf8Decode(encodeRepairJob(JOB))));
    expect(() => decodeRepairJob(bytes)).toThrow(
      expect.objectContaining({ code: 'KV_FORMAT_UNKNOWN' }) as Error,
    );
  });
});
