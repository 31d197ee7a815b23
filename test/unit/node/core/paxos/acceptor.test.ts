import { describe, expect, it } from 'vitest';
import { accept, FRESH_ACCEPTOR, prepare } from '../../../../../src/node/core/paxos/acceptor.js';
import type { Ballot } from '../../../../../src/node/core/paxos/ballot.js';
import { compareBallots } from '../../../../../src/node/core/paxos/ballot.js';
import { idOf, nextEntry } from '../metadata/states.js';

const ballot = (round: number, node = 1): Ballot => ({ round, nodeId: idOf(node) });
const entry = nextEntry(undefined, { kind: 'open' });
const other = { ...entry, id: 'f'.repeat(16) };

describe('an acceptor', () => {
  it('promises a higher ballot, and tells what it accepted', () => {
    const first = prepare(FRESH_ACCEPTOR, ballot(1));
    expect(first.reply).toEqual({ kind: 'promised', accepted: undefined });
    const { state } = accept(first.state, { ballot: ballot(1), entry });
    expect(prepare(state, ballot(2)).reply).toEqual({
      kind: 'promised',
      accepted: { ballot: ballot(1), entry },
    });
  });

  it('promises a ballot once, and never a lower one; it names what it promised', () => {
    const { state } = prepare(FRESH_ACCEPTOR, ballot(2, 2));
    for (const late of [ballot(2, 2), ballot(2, 1), ballot(1, 9)])
      expect(prepare(state, late)).toEqual({
        state,
        reply: { kind: 'rejected', ballot: ballot(2, 2) },
      });
    expect(prepare(state, ballot(2, 3)).reply.kind).toBe('promised');
  });

  it('accepts at the ballot it promised and above, never below', () => {
    const { state } = prepare(FRESH_ACCEPTOR, ballot(2));
    expect(accept(state, { ballot: ballot(1), entry }).reply).toEqual({
      kind: 'rejected',
      ballot: ballot(2),
    });
    for (const round of [2, 3]) {
      const step = accept(state, { ballot: ballot(round), entry });
      expect(step.reply).toEqual({ kind: 'accepted' });
      expect(step.state).toEqual({
        promised: ballot(round),
        accepted: { ballot: ballot(round), entry },
      });
    }
  });

  it('has nothing to make durable when it rejects, or accepts the same again', () => {
    const { state } = accept(FRESH_ACCEPTOR, { ballot: ballot(2), entry });
    expect(accept(state, { ballot: ballot(2), entry }).state).toBe(state);
    expect(accept(state, { ballot: ballot(1), entry: other }).state).toBe(state);
    expect(prepare(state, ballot(2)).state).toBe(state);
  });
});

it('ballots are ordered by round, then by node', () => {
  const sorted = [ballot(1, 1), ballot(1, 2), ballot(2, 1), ballot(10, 1)];
  expect(sorted.toReversed().sort(compareBallots)).toEqual(sorted);
  expect(compareBallots(ballot(3), ballot(3))).toBe(0);
});
