import { describe, expect, it } from 'vitest';
import {
  endedText,
  knownRepair,
  type FoundRepair,
  type KnownRepairs,
} from '../../../src/cli/known-repairs.js';
import { KvError } from '../../../src/node/core/errors.js';
import type { RepairJobState, RepairJobView } from '../../../src/node/core/views/repair-views.js';

const SILENT = [{ node: 'n1', error: { code: 'KV_UNREACHABLE', message: 'it is normal' } }];

function repair(id: string, state: RepairJobState): FoundRepair {
  return { endpoint: { host: 'h', port: 1 }, job: job(id, state) };
}

function job(id: string, state: RepairJobState): RepairJobView {
  return {
    ...{ id, state, node: 'n1', scope: 'every range', startedAtMs: 0, tookMs: 0, restarts: 0 },
    ...{ resumedAtMs: undefined, ranges: 0, done: 0, repaired: 0, partial: 0, failed: 0 },
    ...{ differing: 0, sent: 0, sentBytes: 0, dropped: 0, step: '', at: '', idleMs: 0 },
    ...{ problem: '', bytesPerSecond: 0, slowedBy: '', away: [] },
  };
}

function failure(known: KnownRepairs, id: string | undefined): unknown {
  try {
    return knownRepair(known, id);
  } catch (error) {
    return error;
  }
}

describe('a repair that is looked for', () => {
  it('is the one that is named, or the newest that runs, else the newest', () => {
    const [done, running] = [repair('r-2', 'done'), repair('r-1', 'running')];
    const known = { found: [done, running], missing: SILENT };
    expect(knownRepair(known, undefined)).toBe(running);
    expect(knownRepair(known, 'r-2')).toBe(done);
    expect(knownRepair({ found: [done], missing: [] }, undefined)).toBe(done);
  });

  it('and is not known is a wrong name when all nodes have answered', () => {
    const known = { found: [repair('r-2', 'done')], missing: [] };
    const wrong = { code: 'KV_USAGE', message: 'no repair is called r-298e' };
    expect(failure(known, 'r-298e')).toMatchObject(wrong);
    expect(failure({ found: [], missing: [] }, undefined)).toMatchObject({
      code: 'KV_USAGE',
      message: 'no repair was asked for',
    });
  });

  it('and is not known may be there while a node is silent', () => {
    const named = failure({ found: [repair('r-2', 'done')], missing: SILENT }, 'r-298e');
    expect(named).toMatchObject({
      code: 'KV_UNAVAILABLE',
      message: 'no repair r-298e is known; n1 did not answer',
      hints: ['kv status', 'kv repair list'],
    });
    expect(named instanceof KvError && named.row.exit).toBe(75);
    expect(failure({ found: [], missing: SILENT }, undefined)).toMatchObject({
      code: 'KV_UNAVAILABLE',
      message: 'no repair is known; n1 did not answer',
    });
  });
});

describe('a repair that is to be cancelled', () => {
  it('says that it has ended already, also when that was at the last moment', () => {
    expect(endedText(job('r-1', 'running'), job('r-1', 'cancelled'))).toBe('');
    const done = 'r-1 has ended already (done)';
    expect(endedText(job('r-1', 'done'), job('r-1', 'done'))).toBe(done);
    expect(endedText(job('r-1', 'running'), job('r-1', 'done'))).toBe(done);
    expect(endedText(job('r-1', 'cancelled'), job('r-1', 'cancelled'))).toBe(
      'r-1 has ended already (cancelled)',
    );
  });
});
