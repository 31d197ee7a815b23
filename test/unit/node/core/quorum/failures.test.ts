import { describe, expect, it } from 'vitest';
import type { DataReply } from '../../../../../src/node/core/messages.js';
import { findUnavailable, unavailable } from '../../../../../src/node/core/quorum/explain.js';
import {
  explainFailedRead,
  explainFailedSpread,
} from '../../../../../src/node/core/quorum/read-failure.js';
import type {
  ReplicaOutcome,
  ReplicaSighting,
} from '../../../../../src/node/core/quorum/replica-outcome.js';
import type { Requirement } from '../../../../../src/node/core/quorum/requirement.js';
import { explainFailedWrite } from '../../../../../src/node/core/quorum/write-failure.js';

const stamp = { ms: 1, logical: 0 };
const OK: DataReply = { kind: 'written', stamp };
const NO_SPACE: DataReply = { kind: 'failed', code: 'KV_DISK_FULL', message: 'nearly full' };
const FULL: DataReply = { kind: 'failed', code: 'KV_OVERLOADED', message: 'full' };
const CUT: DataReply = { kind: 'failed', code: 'KV_UNREACHABLE', message: 'reset' };

const quorumOf = (needed: number, members = [0, 1, 2]): Requirement => ({
  level: 'quorum',
  groups: [{ dc: undefined, needed, members }],
});

const replied = (name: string, reply: DataReply, tookMs = 1.2): ReplicaOutcome => ({
  kind: 'replied',
  name,
  reply,
  tookMs,
});
const pending = (name: string): ReplicaOutcome => ({ kind: 'pending', name, waitedMs: 2_000 });
const down = (name: string, forMs: number): ReplicaSighting => ({ name, state: 'down', forMs });
const skipped = (name: string): ReplicaOutcome => ({
  kind: 'skipped',
  sighting: down(name, 192_000),
});

const failedWrite = (outcomes: readonly ReplicaOutcome[], timedOut = true) =>
  explainFailedWrite({
    requirement: quorumOf(2),
    outcomes,
    timedOut,
    earlierMayApply: false,
    supersededBy: undefined,
    reason: undefined,
  });

describe('unavailable', () => {
  const sightings: readonly ReplicaSighting[] = [
    { name: 'n1', state: 'up', forMs: undefined },
    down('n2', 14_000),
    down('n3', 2_000),
  ];

  it('says how many are needed, how many are alive, and how each looks', () => {
    const requirement = quorumOf(2);
    const group = findUnavailable(requirement, [true, false, false]);
    if (group === undefined) throw new Error('one of two is not enough');
    const error = unavailable('write', group, sightings);
    expect(error.message).toBe(
      'unavailable: write needs 2 of 3 replicas, 1 is alive (n1 alive, n2 down 14s, n3 down 2.0s)',
    );
    expect(error).toMatchObject({ code: 'KV_UNAVAILABLE', outcome: 'not_applied' });
    expect(error.replicas).toEqual([
      { node: 'n1', state: 'up', detail: undefined },
      { node: 'n2', state: 'down', detail: '14s' },
      { node: 'n3', state: 'down', detail: '2.0s' },
    ]);
  });

  it('names the data centre whose replicas are missing', () => {
    const groups = [
      { dc: 'east', needed: 1, members: [0] },
      { dc: 'west', needed: 2, members: [1, 2] },
    ];
    const group = findUnavailable({ level: 'each-quorum', groups }, [true, false, true]);
    expect(group?.dc).toBe('west');
    expect(group && unavailable('read', group, sightings).message).toContain(
      'read needs 2 of 2 replicas in data centre west, 0 are alive',
    );
  });

  it('names the owners that are missing while a key moves', () => {
    const groups = [
      { dc: undefined, needed: 2, members: [0, 1], of: 'old' },
      { dc: undefined, needed: 2, members: [0, 1, 2], of: 'next' },
    ] as const;
    const group = findUnavailable({ level: 'quorum', groups }, [true, true, false]);
    expect(group).toBeUndefined();
    const short = findUnavailable({ level: 'quorum', groups }, [true, false, true]);
    expect(short && unavailable('write', short, sightings).message).toContain(
      'write needs 2 of 2 of the old owners, 1 is alive (n1 alive, n2 down 14s)',
    );
    expect(unavailable('write', groups[1], sightings).message).toContain(
      'write needs 2 of 3 of the new owners, 1 is alive (n1 alive, n2 down 14s, n3 down 2.0s)',
    );
  });

  it('is not said while every group can be met', () => {
    expect(findUnavailable(quorumOf(2), [true, false, true])).toBeUndefined();
  });
});

describe('a failed write', () => {
  it('at its deadline says who confirmed and who did not answer, and that it may still apply', () => {
    const error = failedWrite([replied('n1', OK), pending('n2'), skipped('n3')]);
    expect(error.message).toBe(
      'write timeout: quorum needs 2 of 3 replicas, 1 confirmed (n1 ok 1.2ms, n2 no answer in 2.0s, n3 down 3m12s); it may still apply; a retry is safe',
    );
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
  });

  it('that every replica refused was not applied', () => {
    const error = failedWrite([replied('n1', FULL), replied('n2', FULL), skipped('n3')], false);
    expect(error).toMatchObject({ code: 'KV_OVERLOADED', outcome: 'not_applied' });
    expect(error.message).toContain('it was not applied');
  });

  it('does not know what a replica did whose connection broke', () => {
    const outcomes = [replied('n1', FULL), replied('n2', CUT), skipped('n3')];
    expect(failedWrite(outcomes, false)).toMatchObject({
      code: 'KV_WRITE_TIMEOUT',
      outcome: 'unknown',
    });
  });

  it('is blamed on overload only when the level had been met without it', () => {
    const partly = failedWrite([replied('n1', OK), replied('n2', FULL), pending('n3')], false);
    expect(partly).toMatchObject({ code: 'KV_OVERLOADED', outcome: 'unknown' });
    const silent = failedWrite([replied('n1', FULL), pending('n2'), pending('n3')]);
    expect(silent.code).toBe('KV_WRITE_TIMEOUT');
  });

  it('is blamed on full disks only when the level had been met without them', () => {
    const full = failedWrite(
      [replied('n1', NO_SPACE), replied('n2', NO_SPACE), skipped('n3')],
      false,
    );
    expect(full).toMatchObject({ code: 'KV_DISK_FULL', outcome: 'not_applied' });
    expect(full.message).toContain(
      'disk full: quorum needs 2 of 3 replicas, 0 confirmed (n1 disk full',
    );
    const partly = failedWrite([replied('n1', OK), replied('n2', NO_SPACE), skipped('n3')], false);
    expect(partly).toMatchObject({ code: 'KV_DISK_FULL', outcome: 'unknown' });
    const silent = failedWrite([replied('n1', NO_SPACE), pending('n2'), pending('n3')]);
    expect(silent.code).toBe('KV_WRITE_TIMEOUT');
  });

  it('whose earlier attempt may have applied is unknown, whatever the last one came to', () => {
    const error = explainFailedWrite({
      requirement: quorumOf(2),
      outcomes: [replied('n1', FULL), replied('n2', FULL), replied('n3', FULL)],
      timedOut: false,
      earlierMayApply: true,
      supersededBy: undefined,
      reason: 'a newer version exists',
    });
    expect(error.outcome).toBe('unknown');
    expect(error.message).toContain('; a newer version exists; it may still apply');
  });

  it('that its client may stamp again carries the version that beat it, and whether its stamp may apply', () => {
    const newer = { ...stamp, writerHi: 0, writerLo: 7 };
    const beaten: DataReply = { kind: 'superseded', version: newer, stamp };
    const superseded = (outcomes: readonly ReplicaOutcome[]) =>
      explainFailedWrite({
        requirement: quorumOf(2),
        outcomes,
        timedOut: false,
        earlierMayApply: false,
        supersededBy: newer,
        reason: 'a newer version exists',
      });
    const clean = superseded([replied('n1', beaten), replied('n2', beaten), skipped('n3')]);
    expect(clean).toMatchObject({
      code: 'KV_SUPERSEDED',
      outcome: 'not_applied',
      supersededBy: newer,
    });
    expect(clean.message).toMatch(
      /^superseded: quorum needs 2 of 3 replicas, 0 confirmed .*; a newer version exists; it was not applied$/,
    );
    // Overload is not to blame: with the same stamp it would be superseded again.
    const partly = superseded([replied('n1', OK), replied('n2', beaten), replied('n3', FULL)]);
    expect(partly).toMatchObject({ code: 'KV_SUPERSEDED', outcome: 'unknown' });
    expect(partly.message).toMatch(/; it may still apply on some replicas$/);
  });
});

describe('a failed read', () => {
  const value: DataReply = { kind: 'value', record: undefined, stamp };
  const corrupt: DataReply = { kind: 'corrupt' };
  const failedRead = (outcomes: readonly ReplicaOutcome[], timedOut = true) =>
    explainFailedRead({ requirement: quorumOf(2), outcomes, timedOut });

  it('at its deadline says who answered', () => {
    const error = failedRead([replied('n1', value), pending('n2'), skipped('n3')]);
    expect(error.code).toBe('KV_READ_TIMEOUT');
    expect(error.message).toBe(
      'read timeout: quorum needs 2 of 3 replicas, 1 answered (n1 ok 1.2ms, n2 no answer in 2.0s, n3 down 3m12s)',
    );
  });

  it('is blamed on what stood in the way: corrupt copies, overload, or time', () => {
    expect(
      failedRead([replied('n1', value), replied('n2', corrupt), skipped('n3')], false).code,
    ).toBe('KV_CORRUPT');
    expect(failedRead([replied('n1', value), replied('n2', FULL), skipped('n3')], false).code).toBe(
      'KV_OVERLOADED',
    );
    expect(failedRead([replied('n1', corrupt), pending('n2'), pending('n3')]).code).toBe(
      'KV_READ_TIMEOUT',
    );
    expect(
      failedRead([replied('n1', value), replied('n2', CUT), skipped('n3')], false),
    ).toMatchObject({
      code: 'KV_READ_TIMEOUT',
      message: expect.stringMatching(/^read failed: /) as unknown,
    });
  });

  it('whose copies differ says that the newest could not be put back', () => {
    const outcomes = [replied('n1', value), replied('n2', OK), pending('n3')];
    expect(
      explainFailedSpread('repair', { requirement: quorumOf(2), outcomes, timedOut: true }).message,
    ).toMatch(
      /^read timeout: the copies differ, and the newest could not be put on 2 of 3 replicas before answering/,
    );
  });
});
