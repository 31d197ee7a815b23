import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordDigest } from '../../../../../src/node/core/messages.js';
import { ReadQuorum } from '../../../../../src/node/core/quorum/read-quorum.js';
import { planReadRepair } from '../../../../../src/node/core/quorum/read-repair.js';
import type { Requirement } from '../../../../../src/node/core/quorum/requirement.js';

const QUORUM: Requirement = {
  level: 'quorum',
  groups: [{ dc: undefined, needed: 2, members: [0, 1, 2] }],
};

function digest(ms: number, checksum = 1): RecordDigest {
  const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
  return { version, checksum, tombstone: false, expiresAtMs: undefined, sizeBytes: 3 };
}

let quorum: ReadQuorum;

beforeEach(() => {
  quorum = new ReadQuorum({ requirement: QUORUM, order: [2, 0, 1], wantsRecord: true }, 3);
  expect(quorum.next()).toEqual({
    kind: 'ask',
    asks: [
      { replica: 2, mode: 'value' },
      { replica: 0, mode: 'digest' },
    ],
  });
});

describe('a read quorum', () => {
  it('asks the record of a spare when the one that was to send it is silent', () => {
    quorum.answer(0, { digest: digest(1), full: false });
    expect(quorum.next()).toEqual({ kind: 'wait' });
    expect(quorum.hasSpare).toBe(true);
    quorum.silence();
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 1, mode: 'value' }] });
    expect(quorum.hasSpare).toBe(false);
    quorum.answer(1, { digest: digest(1), full: true });
    expect(quorum.next()).toEqual({ kind: 'agreed', from: 1 });
  });

  it('asks a spare for its digest when the record is here and another is silent', () => {
    quorum.answer(2, { digest: digest(1), full: true });
    quorum.silence();
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 1, mode: 'digest' }] });
  });

  it('takes the answer of a late replica all the same', () => {
    quorum.answer(0, { digest: digest(1), full: false });
    quorum.silence();
    quorum.next();
    quorum.answer(2, { digest: digest(1), full: true });
    expect(quorum.next()).toEqual({ kind: 'agreed', from: 2 });
  });

  it('asks the record of another with the same digest when a lost one had it', () => {
    quorum.answer(0, { digest: digest(1), full: false });
    quorum.lose(2);
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 1, mode: 'value' }] });
    quorum.answer(1, { digest: undefined, full: true });
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 0, mode: 'value' }] });
    quorum.answer(0, { digest: digest(1), full: true });
    expect(quorum.next()).toEqual({ kind: 'differ', newest: [0] });
  });

  it('forgets what a replica said that is lost afterwards', () => {
    quorum.answer(2, { digest: digest(1), full: true });
    quorum.answer(0, { digest: digest(2), full: false });
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 0, mode: 'value' }] });
    quorum.lose(0);
    expect(quorum.answerOf(0)).toBeUndefined();
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 1, mode: 'digest' }] });
    quorum.answer(1, { digest: digest(1), full: false });
    expect(quorum.next()).toEqual({ kind: 'agreed', from: 2 });
  });

  it('gathers every record of the newest version when their bytes differ', () => {
    quorum.answer(2, { digest: digest(5, 1), full: true });
    quorum.answer(0, { digest: digest(5, 2), full: false });
    expect(quorum.next()).toEqual({ kind: 'ask', asks: [{ replica: 0, mode: 'value' }] });
    quorum.answer(0, { digest: digest(5, 2), full: true });
    expect(quorum.next()).toEqual({ kind: 'differ', newest: [2, 0] });
  });
});

describe('read repair', () => {
  it('sends the winner to those that answered with something else, and counts its holders', () => {
    const winner = digest(2);
    const { quorum: confirmations, targets } = planReadRepair({
      requirement: { level: 'all', groups: [{ dc: undefined, needed: 4, members: [0, 1, 2, 3] }] },
      answers: [
        { digest: winner, full: true },
        { digest: digest(1), full: false },
        undefined,
        { digest: undefined, full: false },
      ],
      winner,
    });
    expect(targets).toEqual([1, 3]);
    expect(confirmations.states).toEqual(['confirmed', 'pending', 'unasked', 'pending']);
  });

  it('is over at once when enough replicas hold the winner already', () => {
    const winner = digest(2);
    const { quorum: confirmations, targets } = planReadRepair({
      requirement: QUORUM,
      answers: [
        { digest: winner, full: true },
        { digest: winner, full: false },
        { digest: digest(1), full: false },
      ],
      winner,
    });
    expect(confirmations.verdict()).toBe('acknowledged');
    expect(targets).toEqual([2]);
  });
});
