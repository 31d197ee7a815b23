import type { AcceptedEntry, MetaReply, MetaRequest } from '../messages.js';
import type { MetadataEntry, NodeId } from '../metadata/cluster-metadata.js';
import { majority } from '../metadata/voters.js';
import type { Ballot } from './ballot.js';
import { compareBallots } from './ballot.js';

/** What one voter did when it was asked, or that it did nothing. */
export type VoterAnswer =
  | Extract<MetaReply, { kind: 'promised' | 'accepted' | 'rejected' | 'behind' | 'decided' }>
  /** Nothing came back: `reason` as an operator reads it. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Where a proposal stands. All but the first two are final. */
type ProposalPhase =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'accepting'; readonly entry: MetadataEntry }
  /** The entry is decided, by this proposal or by an earlier one. */
  | { readonly kind: 'decided'; readonly entry: MetadataEntry }
  /** No majority is left to win because of a higher ballot: begin again above it. */
  | { readonly kind: 'outbid'; readonly ballot: Ballot }
  /** A voter has applied this epoch or a later one: learn from it first. */
  | { readonly kind: 'overtaken'; readonly epoch: number; readonly by: NodeId }
  /** All answers are in, and too many are silence, or come from voters that lack the state to answer from. */
  | { readonly kind: 'no-majority' };

/** One ballot of one proposer for one epoch; a value, replaced at every step. */
export interface Proposal {
  readonly voters: readonly NodeId[];
  readonly ballot: Ballot;
  /** What the proposer wants, if nothing was accepted before. */
  readonly own: MetadataEntry;
  readonly phase: ProposalPhase;
  /** All who are asked must agree, and they need not be voters: a majority of those is lost. */
  readonly isRecovery: boolean;
  /** Answers to the request of the present phase. */
  readonly answers: ReadonlyMap<NodeId, VoterAnswer>;
}

/** A proposal that is about to send its prepares; `voters` are those that the state before the entry names. */
export function propose(voters: readonly NodeId[], ballot: Ballot, own: MetadataEntry): Proposal {
  return {
    ...{ voters, ballot, own, isRecovery: false },
    ...{ phase: { kind: 'preparing' }, answers: new Map() },
  };
}

/** The same among all who are left, each of whom has to agree, since a majority of the voters is lost. */
export function proposeRecovery(
  electorate: readonly NodeId[],
  ballot: Ballot,
  own: MetadataEntry,
): Proposal {
  return { ...propose(electorate, ballot, own), isRecovery: true };
}

/** What every voter is asked in this phase; undefined when the proposal has ended. */
export function requestOf(proposal: Proposal): MetaRequest | undefined {
  const { phase } = proposal;
  const { epoch } = proposal.own;
  const ballot = proposal.isRecovery
    ? { ballot: proposal.ballot, recovery: true }
    : { ballot: proposal.ballot };
  if (phase.kind === 'preparing') return { kind: 'prepare', epoch, ...ballot };
  if (phase.kind === 'accepting') return { kind: 'accept', epoch, ...ballot, entry: phase.entry };
  return undefined;
}

/** Takes in one answer. One that belongs to another phase, or comes from no voter, changes nothing. */
export function step(proposal: Proposal, from: NodeId, answer: VoterAnswer): Proposal {
  if (requestOf(proposal) === undefined || !proposal.voters.includes(from)) return proposal;
  if (answer.kind === 'decided') return end(proposal, { kind: 'decided', entry: answer.entry });
  if (answer.kind === 'behind' && answer.epoch >= proposal.own.epoch)
    return end(proposal, { kind: 'overtaken', epoch: answer.epoch, by: from });
  if (isStale(proposal, answer) || isWon(proposal, from)) return proposal;
  const answers = new Map(proposal.answers).set(from, answer);
  return judge({ ...proposal, answers });
}

/** How each voter stands, in the order of the voters: `answers`, `no answer`, `behind, at epoch 4` ... */
export function explainVoters(
  proposal: Proposal,
): readonly { readonly nodeId: NodeId; readonly answers: boolean; readonly state: string }[] {
  return proposal.voters.map((nodeId) => {
    const answer = proposal.answers.get(nodeId);
    if (answer === undefined) return { nodeId, answers: false, state: 'no answer' };
    if (answer.kind === 'silent') return { nodeId, answers: false, state: answer.reason };
    if (answer.kind === 'behind')
      return { nodeId, answers: false, state: `behind, at epoch ${answer.epoch}` };
    return { nodeId, answers: true, state: 'answers' };
  });
}

function end(proposal: Proposal, phase: ProposalPhase): Proposal {
  return { ...proposal, phase };
}

function isStale(proposal: Proposal, answer: VoterAnswer): boolean {
  if (answer.kind === 'promised') return proposal.phase.kind !== 'preparing';
  if (answer.kind === 'accepted') return proposal.phase.kind !== 'accepting';
  return false;
}

/** A promise or an acceptance cannot be taken back, whatever arrives later from that voter. */
function isWon(proposal: Proposal, from: NodeId): boolean {
  const kind = proposal.answers.get(from)?.kind;
  return kind === 'promised' || kind === 'accepted';
}

function judge(proposal: Proposal): Proposal {
  const { voters, answers, phase, isRecovery } = proposal;
  const needed = isRecovery ? voters.length : majority(voters.length);
  const won = voters.filter((voter) => isWon(proposal, voter)).length;
  if (won >= needed) {
    if (phase.kind === 'accepting') return end(proposal, { kind: 'decided', entry: phase.entry });
    const entry = highestAccepted(answers) ?? proposal.own;
    return { ...proposal, phase: { kind: 'accepting', entry }, answers: new Map() };
  }
  if (won + voters.length - answers.size >= needed) return proposal;
  const rejected = highestRejection(answers);
  if (rejected !== undefined) return end(proposal, { kind: 'outbid', ballot: rejected });
  // Lost already; what the rest says is waited for, because people will want to know who answers.
  return answers.size < voters.length ? proposal : end(proposal, { kind: 'no-majority' });
}

/** The value that may already be decided: the one accepted at the highest ballot among a majority. */
function highestAccepted(answers: ReadonlyMap<NodeId, VoterAnswer>): MetadataEntry | undefined {
  let highest: AcceptedEntry | undefined;
  for (const answer of answers.values()) {
    if (answer.kind !== 'promised' || answer.accepted === undefined) continue;
    if (highest === undefined || compareBallots(answer.accepted.ballot, highest.ballot) > 0)
      highest = answer.accepted;
  }
  return highest?.entry;
}

function highestRejection(answers: ReadonlyMap<NodeId, VoterAnswer>): Ballot | undefined {
  let highest: Ballot | undefined;
  for (const answer of answers.values()) {
    if (answer.kind !== 'rejected') continue;
    if (highest === undefined || compareBallots(answer.ballot, highest) > 0)
      highest = answer.ballot;
  }
  return highest;
}
