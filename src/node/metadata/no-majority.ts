import { KvError } from '../core/errors.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { majority } from '../core/metadata/voters.js';
import { explainVoters } from '../core/paxos/proposer.js';
import type { RoundEnd } from './ballot-round.js';

/**
 * The error for a change that found no majority of voters: who answers, who does not.
 * Its outcome is unknown once accepts were sent, because a later proposer may complete them.
 */
export function noMajority(
  { proposal, sentAccepts }: RoundEnd,
  nameOf: (nodeId: NodeId) => string,
): KvError {
  const voters = explainVoters(proposal)
    .map((voter) => ({ ...voter, name: nameOf(voter.nodeId) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const answering = voters.filter((voter) => voter.answers).length;
  const list = voters.map(({ name, state }) => `${name} ${state}`).join(', ');
  const verb = answering === 1 ? 'answers' : 'answer';
  return new KvError(
    'KV_NO_VOTER_MAJORITY',
    `a change of cluster metadata needs ${majority(voters.length)} of ${voters.length} voters: ` +
      `${answering} of ${voters.length} voters ${verb} (${list})`,
    {
      outcome: sentAccepts ? 'unknown' : 'not_applied',
      replicas: voters.map(({ name, state }) => ({ node: name, state })),
      hints: ['kv status', 'kv gossip'],
    },
  );
}

/** The error for a change that others were always faster than, though a majority of voters answers. */
export function outrun(sentAccepts: boolean): KvError {
  return new KvError(
    'KV_EPOCH_CHANGED',
    'other changes of the cluster metadata went first for as long as this one could wait',
    { outcome: sentAccepts ? 'unknown' : 'not_applied' },
  );
}
