import { describe, expect, it } from 'vitest';
import {
  renderRepairJob,
  renderRepairJobs,
  renderRepairPlan,
  repairProgress,
} from '../../../../src/cli/render/repair.js';
import type {
  RepairJobView,
  RepairPlanView,
} from '../../../../src/node/core/views/repair-views.js';
import type { KnownRepairs } from '../../../../src/cli/known-repairs.js';
import { PLAIN_LOOK } from '../../../../src/cli/look.js';

const PLAN: RepairPlanView = {
  ranges: 640,
  slots: 1_048_576,
  partial: 316,
  blocked: 12,
  owners: [
    { node: 'n1', ranges: 320, alive: true },
    { node: 'n4', ranges: 316, alive: false },
  ],
  bytesPerSecond: 8 * 1024 * 1024,
};

const JOB: RepairJobView = {
  id: 'r-7c1e',
  node: 'n1',
  scope: 'every range',
  state: 'running',
  startedAtMs: 0,
  tookMs: 5_220_000,
  restarts: 0,
  resumedAtMs: undefined,
  ranges: 640,
  done: 402,
  repaired: 27,
  partial: 316,
  failed: 1,
  differing: 40,
  sent: 2114,
  sentBytes: 38 * 1024 * 1024,
  dropped: 1,
  step: 'sync',
  at: '0x6b210000 n1 n2 n4',
  idleMs: 100,
  bytesPerSecond: 8 * 1024 * 1024,
  slowedBy: '',
  problem: '',
  away: ['n4'],
};

function known(...jobs: readonly RepairJobView[]): KnownRepairs {
  const endpoint = { host: 'h', port: 1 };
  return { found: jobs.map((job) => ({ endpoint, job })), missing: [] };
}

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

describe('a plan of a repair', () => {
  it('says what it goes over, and what keeps ranges from being whole', () => {
    expect(lines(renderRepairPlan(PLAN, 'every range', PLAIN_LOOK))).toEqual([
      'Plan  every range: 640 ranges, 1048576 slots   at most 8.0 MiB/s',
      '      owners n1 320, n4 316',
      '  ! n4 is away: 304 ranges compared between the owners that are there',
      '  ! n4 is away: 12 ranges cannot be compared: too few owners are alive',
    ]);
  });

  it('of nothing says so', () => {
    const none = { ...PLAN, ranges: 0, partial: 0, blocked: 0, owners: [] };
    expect(renderRepairPlan(none, 'node n4', PLAIN_LOOK)).toBe(
      'Plan  node n4: no range, nothing to repair\n',
    );
  });
});

describe('a repair', () => {
  it('says what it has done, and what it does now', () => {
    expect(lines(renderRepairJob(JOB, PLAIN_LOOK))).toEqual([
      'r-7c1e  running  1h27m   402 of 640 ranges   driven by n1',
      '  of every range: 374 same, 27 repaired, 1 failed; 316 partial (without n4)',
      '  moved 2114 records, 38 MiB; removed 1 dead copy',
      '  now moves what differs: 0x6b210000 n1 n2 n4',
    ]);
  });

  it('that failed for owners that are away names them', () => {
    const failed = { ...JOB, state: 'failed' as const, partial: 0, failed: 128 };
    expect(lines(renderRepairJob(failed, PLAIN_LOOK))[1]).toBe(
      '  of every range: 247 same, 27 repaired, 128 failed; 0 partial; n4 was away',
    );
  });

  it('that goes on after a restart of its node says so', () => {
    const resumed = { ...JOB, restarts: 2, resumedAtMs: Date.UTC(2026, 0, 1, 12, 3, 59) };
    expect(lines(renderRepairJob(resumed, PLAIN_LOOK)).slice(0, 1)).toEqual([
      'r-7c1e  resumed  1h27m   402 of 640 ranges   driven by n1',
    ]);
    const since = '  resumed after a restart of n1 at 2026-01-01 12:03 UTC (2 restarts)';
    expect(lines(renderRepairJob(resumed, PLAIN_LOOK)).at(-1)).toBe(since);
    expect(renderRepairJobs(known(resumed), PLAIN_LOOK)).toContain('\nr-7c1e  resumed  n1 ');
    const waits = { ...resumed, restarts: 1, step: 'members', at: '' };
    expect(lines(renderRepairJob(waits, PLAIN_LOOK)).slice(-2)).toEqual([
      '  now waits for the other nodes after a restart',
      since.replace(' (2 restarts)', ''),
    ]);
  });

  it('that could not go on after a restart says why', () => {
    const problem = 'after a restart it cannot go on: no node is called n4: there are n1, n2';
    const ended = { ...JOB, state: 'interrupted' as const, restarts: 1, step: '', at: '', problem };
    expect(lines(renderRepairJob(ended, PLAIN_LOOK))[0]).toContain('r-7c1e  interrupted  ');
    expect(renderRepairJob(ended, PLAIN_LOOK)).toContain(`  ! ${problem}\n`);
  });

  it('that is slowed down says by whom, and why', () => {
    const slow = {
      ...JOB,
      bytesPerSecond: 512 * 1024,
      slowedBy: 'n2 writes more slowly than usual',
    };
    const text = '  slowed down to 512 KiB/s: n2 writes more slowly than usual';
    expect(lines(renderRepairJob(slow, PLAIN_LOOK))).toContain(text);
    expect(renderRepairJob(JOB, PLAIN_LOOK)).not.toContain('slowed');
  });

  it('that does not come on says why', () => {
    const stuck = { ...JOB, idleMs: 61_000 };
    const why = 'no progress for 1m1s: it moves what differs of 0x6b210000 n1 n2 n4';
    expect(renderRepairJob(stuck, PLAIN_LOOK)).toContain(`  ! ${why}\n`);
    expect(repairProgress(stuck)).toContain(`! ${why}`);
    expect(renderRepairJob({ ...stuck, step: 'members', at: '' }, PLAIN_LOOK)).toContain(
      '  ! no progress for 1m1s: it is at members\n',
    );
    const failing = { ...JOB, problem: 'n2 does not answer' };
    expect(renderRepairJob(failing, PLAIN_LOOK)).toContain('  ! n2 does not answer\n');
  });

  it('is one line while it runs', () => {
    expect(repairProgress(JOB)).toBe(
      'r-7c1e sync     [######....] 402/640 62%  40 slots differed  2114 keys 38 MiB',
    );
    const most = {
      ...JOB,
      step: 'complete',
      ranges: 1920,
      done: 1920,
      sentBytes: 1023 * 1024 ** 2,
    };
    for (const count of [1, 1000, 104_857, 1_048_576])
      expect(repairProgress({ ...most, differing: count, sent: 9 * count }).length).toBeLessThan(
        80,
      );
  });

  it('cannot move the cursor of the one who reads it', () => {
    const evil = {
      ...JOB,
      node: 'x\u001B[2J',
      scope: '\u001B',
      problem: '\u001B[2J',
      away: ['\u001B'],
    };
    const shown = renderRepairJob(evil, PLAIN_LOOK) + renderRepairJobs(known(evil), PLAIN_LOOK);
    expect(shown + repairProgress(evil)).not.toContain('\u001B');
  });
});

describe('a list of repairs', () => {
  it('has a row for each, and says so when there is none', () => {
    const [head, row] = lines(renderRepairJobs(known(JOB), PLAIN_LOOK));
    expect(head).toMatch(/^REPAIR +STATE +ON +SCOPE +RANGES/);
    expect(row).toMatch(/^r-7c1e +running +n1 +every range +402\/640/);
    expect(renderRepairJobs(known(), PLAIN_LOOK)).toMatch(/^no repairs were asked for/);
  });

  it('says what each went over also where there is little room', () => {
    const scope = 'node n3, range 0x00000000..0x10000000, namespace r1';
    const rows = lines(renderRepairJobs(known({ ...JOB, scope }), { ...PLAIN_LOOK, width: 60 }));
    expect(rows[1]).toMatch(/ n1 +node n3, range/);
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  it('of which nothing is known does not say that there is none while a node is silent', () => {
    const error = { code: 'KV_UNREACHABLE', message: 'it is normal' };
    const missing = ['n1', 'n3'].map((node) => ({ node, error }));
    expect(renderRepairJobs({ found: [], missing }, PLAIN_LOOK)).toBe(
      'no repair is known; n1 n3 did not answer\n',
    );
  });
});
