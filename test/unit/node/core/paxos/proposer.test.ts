import { describe, expect, it } from 'vitest';
import type { Ballot } from '../../../../../src/node/core/paxos/ballot.js';
import type { Proposal, VoterAnswer } from '../../../../../src/node/core/paxos/proposer.js';
import {
  explainVoters,
  propose,
  requestOf,
  step,
} from '../../../../../src/node/core/paxos/proposer.js';
import { idOf, nextEntry } from '../metadata/states.js';

const VOTERS = [idOf(1), idOf(2), idOf(3)];
const own = nextEntry(undefined, { kind: 'open' });
const older = { ...own, id: 'a'.repeat(16) };
const oldest = { ...own, id: 'b'.repeat(16) };
const ballot = (round: number): Ballot => ({ round, nodeId: idOf(1) });

const promised: VoterAnswer = { kind: 'promised', accepted: undefined };
const accepted: VoterAnswer = { kind: 'accepted' };
const silent: VoterAnswer = { kind: 'silent', reason: 'down 14s' };
const rejected = (round: number): VoterAnswer => ({ kind: 'rejected', ballot: ballot(round) });

/** The proposal after these answers, given as [voter, answer]. */
function afterAnswers(...answers: readonly (readonly [number, VoterAnswer])[]): Proposal {
  const begun = propose(VOTERS, ballot(5), own);
  return answers.reduce((proposal, [n, answer]) => step(proposal, idOf(n), answer), begun);
}

describe('a proposal', () => {
  it('asks for promises, then for acceptance by everybody, and is decided by a majority', () => {
    const begun = propose(VOTERS, ballot(5), own);
    expect(requestOf(begun)).toEqual({ kind: 'prepare', epoch: 1, ballot: ballot(5) });
    const accepting = afterAnswers([1, promised], [2, promised]);
    expect(requestOf(accepting)).toEqual({
      kind: 'accept',
      epoch: 1,
      ballot: ballot(5),
      entry: own,
    });
    const decided = afterAnswers([1, promised], [2, promised], [3, accepted], [1, accepted]);
    expect(decided.phase).toEqual({ kind: 'decided', entry: own });
    expect(requestOf(decided)).toBeUndefined();
  });

  it('takes up the value accepted at the highest ballot among the promises', () => {
    const reports = (round: number, entry: typeof own): VoterAnswer => ({
      kind: 'promised',
      accepted: { ballot: ballot(round), entry },
    });
    for (const order of [
      [reports(1, oldest), reports(4, older)],
      [reports(4, older), reports(1, oldest)],
      [reports(4, older), promised],
      [promised, reports(4, older)],
    ]) {
      const proposal = afterAnswers([1, order[0]!], [3, order[1]!]);
      expect(proposal.phase).toEqual({ kind: 'accepting', entry: older });
    }
  });

  it('counts no voter twice, no stranger, and no answer to another phase', () => {
    expect(afterAnswers([1, promised], [1, promised]).phase.kind).toBe('preparing');
    expect(afterAnswers([1, promised], [9, promised]).phase.kind).toBe('preparing');
    expect(afterAnswers([1, accepted], [2, accepted]).phase.kind).toBe('preparing');
    const late = afterAnswers([1, promised], [2, promised], [3, promised], [1, accepted]);
    expect(late.phase.kind).toBe('accepting');
  });

  it('does not lose a vote that it won, whatever arrives later', () => {
    const proposal = afterAnswers([1, promised], [1, silent], [1, rejected(9)], [2, promised]);
    expect(proposal.phase.kind).toBe('accepting');
  });

  it('goes on after a rejection while a majority is possible, and is outbid after that', () => {
    expect(afterAnswers([2, rejected(7)], [1, promised]).phase.kind).toBe('preparing');
    expect(afterAnswers([2, rejected(7)], [1, promised], [3, promised]).phase.kind).toBe(
      'accepting',
    );
    expect(afterAnswers([2, rejected(7)], [3, rejected(8)]).phase).toEqual({
      kind: 'outbid',
      ballot: ballot(8),
    });
    expect(afterAnswers([2, rejected(7)], [3, silent]).phase.kind).toBe('outbid');
  });

  it('ends without a majority only when all voters have been heard, or given up', () => {
    const two = afterAnswers([2, silent], [3, silent]);
    expect(two.phase.kind).toBe('preparing');
    expect(step(two, idOf(1), promised).phase.kind).toBe('no-majority');
    const behind: VoterAnswer = { kind: 'behind', epoch: 0 };
    expect(afterAnswers([1, promised], [2, { ...behind, epoch: -1 }], [3, silent]).phase.kind).toBe(
      'no-majority',
    );
  });

  it('learns at once from a voter that knows the decision, or a later epoch', () => {
    expect(afterAnswers([3, { kind: 'decided', entry: older }]).phase).toEqual({
      kind: 'decided',
      entry: older,
    });
    expect(afterAnswers([3, { kind: 'behind', epoch: 1 }]).phase).toEqual({
      kind: 'overtaken',
      epoch: 1,
      by: idOf(3),
    });
  });

  it('says of each voter how it stands', () => {
    const proposal = afterAnswers([1, rejected(9)], [2, silent]);
    expect(explainVoters(proposal)).toEqual([
      { nodeId: idOf(1), answers: true, state: 'answers' },
      { nodeId: idOf(2), answers: false, state: 'down 14s' },
      { nodeId: idOf(3), answers: false, state: 'no answer' },
    ]);
  });
});
