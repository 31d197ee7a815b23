import { Deferred } from '../../stdx/deferred.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { VoteRequest } from '../core/metadata/voter.js';
import type { Proposal, VoterAnswer } from '../core/paxos/proposer.js';
import { requestOf, step } from '../core/paxos/proposer.js';

/** Asks one voter; never rejects but for a bug. */
export type AskVoter = (voter: NodeId, request: VoteRequest) => Promise<VoterAnswer>;

/** How a ballot ended, and whether accepts were sent: from then on its entry may be decided without it. */
export interface RoundEnd {
  readonly proposal: Proposal;
  readonly sentAccepts: boolean;
}

/** Runs one ballot to its end: all voters are asked at once, and a majority is enough to go on. */
export async function runBallot(begun: Proposal, ask: AskVoter): Promise<RoundEnd> {
  let proposal = begun;
  let sentAccepts = false;
  for (;;) {
    const request = requestOf(proposal);
    if (request?.kind !== 'prepare' && request?.kind !== 'accept') return { proposal, sentAccepts };
    sentAccepts ||= request.kind === 'accept';
    proposal = await runPhase(proposal, request, ask);
  }
}

/** Resolves when the answers move the proposal on, which those of all voters always do. */
function runPhase(begun: Proposal, request: VoteRequest, ask: AskVoter): Promise<Proposal> {
  const moved = new Deferred<Proposal>();
  let proposal = begun;
  for (const voter of begun.voters) {
    ask(voter, request).then(
      (answer) => {
        if (moved.settled) return;
        proposal = step(proposal, voter, answer);
        if (proposal.phase !== begun.phase) moved.resolve(proposal);
      },
      (error: unknown) => {
        moved.reject(error);
      },
    );
  }
  return moved.promise;
}
