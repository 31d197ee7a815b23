import { unreachable } from '../../../stdx/unreachable.js';
import { KvError } from '../errors.js';
import type { MetaReply, MetaRequest } from '../messages.js';
import type { AcceptorState } from '../paxos/acceptor.js';
import { accept, FRESH_ACCEPTOR, prepare } from '../paxos/acceptor.js';
import type { MetadataEntry, NodeId } from './cluster-metadata.js';
import type { MetadataLog } from './metadata-log.js';
import { appendEntry, entryAt, epochOf } from './metadata-log.js';
import { applyEntry } from './transformations.js';

/** A request that a voter answers. */
export type VoteRequest = Extract<MetaRequest, { kind: 'prepare' | 'accept' }>;

/** What a node remembers for the log: what is decided, and its part in deciding the epoch after that. */
export interface VoterState {
  readonly log: MetadataLog;
  /** Of epoch `epochOf(log) + 1`, and of no other. */
  readonly acceptor: AcceptorState;
}

/** The next state, with the same `acceptor` object when nothing is to be made durable, and the reply. */
export interface VoterStep {
  readonly state: VoterState;
  readonly reply: MetaReply;
}

/**
 * Answers a prepare or an accept, for the epoch after the applied one only: the state before names the voters.
 * An earlier epoch is answered with its decision, a later one with `behind`.
 * @throws KvError when this node does not vote there, or when the entry would not apply
 */
export function vote(state: VoterState, self: NodeId, request: VoteRequest): VoterStep {
  const applied = epochOf(state.log);
  if (request.epoch <= applied) {
    const entry = entryAt(state.log, request.epoch);
    if (entry !== undefined) return { state, reply: { kind: 'decided', entry } };
  }
  if (request.epoch !== applied + 1) return { state, reply: { kind: 'behind', epoch: applied } };
  const voters = state.log.state?.voters ?? [];
  if (request.recovery !== true && !voters.includes(self))
    throw new KvError('KV_EPOCH_CHANGED', `this node does not vote for epoch ${request.epoch}`);
  const { state: acceptor, reply } = ask(state, request);
  return { state: { log: state.log, acceptor }, reply };
}

/**
 * The state after a decided entry. What was accepted for that epoch is forgotten here and not before:
 * from now on the entry itself is the answer.
 */
export function learn(state: VoterState, entry: MetadataEntry): VoterState {
  return { log: appendEntry(state.log, entry), acceptor: FRESH_ACCEPTOR };
}

function ask(state: VoterState, request: VoteRequest): ReturnType<typeof prepare> {
  const { kind, ballot } = request;
  switch (kind) {
    case 'prepare':
      return prepare(state.acceptor, ballot);
    case 'accept':
      // Nothing that cannot be applied is ever accepted, so nothing such is ever decided.
      applyEntry(state.log.state, request.entry);
      return accept(state.acceptor, { ballot, entry: request.entry });
    default:
      return unreachable(kind);
  }
}
