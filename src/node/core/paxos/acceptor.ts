import type { AcceptedEntry, MetaReply } from '../messages.js';
import type { Ballot } from './ballot.js';
import { compareBallots } from './ballot.js';

/** All that one voter has to remember of one undecided epoch; it is durable before any reply leaves. */
export interface AcceptorState {
  readonly promised: Ballot | undefined;
  readonly accepted: AcceptedEntry | undefined;
}

/** What an acceptor says to a prepare or an accept. */
type AcceptorReply = Extract<MetaReply, { kind: 'promised' | 'accepted' | 'rejected' }>;

/** The next state, which is the same object when there is nothing to make durable, and the reply. */
export interface AcceptorStep {
  readonly state: AcceptorState;
  readonly reply: AcceptorReply;
}

/** An acceptor that was never asked. */
export const FRESH_ACCEPTOR: AcceptorState = { promised: undefined, accepted: undefined };

/**
 * Promises a ballot above all promised before, once: the same ballot again is rejected.
 * So a proposer that lost its memory cannot win two promise quorums, and with them two values, for one ballot.
 */
export function prepare(state: AcceptorState, ballot: Ballot): AcceptorStep {
  if (state.promised !== undefined && compareBallots(ballot, state.promised) <= 0)
    return { state, reply: { kind: 'rejected', ballot: state.promised } };
  return {
    state: { promised: ballot, accepted: state.accepted },
    reply: { kind: 'promised', accepted: state.accepted },
  };
}

/** Accepts an entry unless a higher ballot was promised; accepting the same again changes nothing. */
export function accept(state: AcceptorState, proposed: AcceptedEntry): AcceptorStep {
  const { ballot } = proposed;
  if (state.promised !== undefined && compareBallots(ballot, state.promised) < 0)
    return { state, reply: { kind: 'rejected', ballot: state.promised } };
  const { accepted } = state;
  if (accepted !== undefined && compareBallots(accepted.ballot, ballot) === 0)
    return { state, reply: { kind: 'accepted' } };
  return { state: { promised: ballot, accepted: proposed }, reply: { kind: 'accepted' } };
}
