import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../src/cli/exit-codes.js';
import { progressOf } from '../../../src/cli/render/storage-jobs.js';
import { followJob } from '../../../src/cli/storage-job.js';
import { verdictExit, verdictLines } from '../../../src/cli/storage-verdict.js';
import { parseTokenRange } from '../../../src/cli/token-range.js';
import type { StorageJobView, VerdictView } from '../../../src/node/core/views/storage-views.js';
import { NO_JOB } from '../../../src/node/store/upkeep/storage-job.js';

const running: StorageJobView = {
  ...{ ...NO_JOB, node: 'n1', kind: 'verify', state: 'running' },
  ...{ parts: 4, doneParts: 1, tookMs: 4_000 },
};
const done: StorageJobView = { ...running, state: 'done', doneParts: 4 };

describe('a job that is followed', () => {
  it('is started once, and asked for until it has ended', async () => {
    const answers = [running, running, done];
    const asked: string[] = [];
    const seen: StorageJobView[] = [];
    const end = await followJob(
      async (action) => (asked.push(action), answers.shift() ?? done),
      new AbortController().signal,
      async (job) => void seen.push(job),
    );
    expect(end).toEqual(done);
    expect(asked).toEqual(['start', 'status', 'status']);
    expect(seen).toHaveLength(2);
  });

  it('is asked for no more, and no other is begun, once the user has interrupted', async () => {
    const abort = new AbortController();
    const asked: string[] = [];
    const following = followJob(
      async (action) => {
        asked.push(action);
        abort.abort();
        return running;
      },
      abort.signal,
      async () => undefined,
    );
    await expect(following).rejects.toBeInstanceOf(Interrupted);
    expect(asked).toEqual(['start']);
  });

  it('says how far it is in one line', () => {
    expect(progressOf({ ...running, parts: 0, doneParts: 0 })).toBe('n1 verify begins');
    expect(progressOf(running)).toBe(
      'n1 verify [######..................]  1 of 4 parts  25%  eta 12s',
    );
  });
});

describe('a verdict', () => {
  const clean: VerdictView = { pages: 9, differing: 0, slots: [], unreadable: 0, unknown: 0 };
  const of = (verdict: Partial<VerdictView>): StorageJobView => ({
    ...done,
    verdict: { ...clean, ...verdict },
  });

  it('is good when all is whole', () => {
    expect(verdictExit([of({})])).toBeUndefined();
    expect(verdictLines(of({}))).toEqual(['n1 whole: 9 pages compared in 4.0s']);
  });

  it.each([
    [
      { differing: 7, slots: [1, 0x6b210, 3, 4, 5, 6] },
      /DIFFERS.*7 slots.*0x00001000 0x6b210000.*\.\./,
    ],
    [{ unreadable: 2 }, /cannot read records of 2 slots/],
  ])('is 5, with what to do next, for %o', (verdict, says) => {
    expect(verdictExit([of({}), of(verdict)])).toBe(5);
    const [first, second] = verdictLines(of(verdict));
    expect(first).toMatch(says);
    expect(second).toContain('try: kv storage');
  });

  it('is 74 when the work failed', () => {
    expect(verdictExit([{ ...done, state: 'failed', reason: 'gone' }])).toBe(74);
    expect(verdictLines({ ...done, state: 'failed', reason: 'gone' })).toEqual(['n1 failed: gone']);
  });
});

it.each([
  ['0x6b210000..0x6b44a000', { start: 0x6b210000, end: 0x6b44a000 }],
  ['0x80000000..0x100000000', { start: 0x80000000, end: 0 }],
  ['4096..8192', { start: 4096, end: 8192 }],
  ['0x1..0x1', undefined],
  ['0x6b210000', undefined],
  ['0x1..0x123456789', undefined],
  ['a..g', undefined],
])('%s is the range of tokens %o', (text, span) => {
  expect(parseTokenRange(text)).toEqual(span);
});
