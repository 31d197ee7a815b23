import { KvError } from '../core/errors.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { majority, targetVoters } from '../core/metadata/voters.js';
import type { ClusterView } from '../services.js';
import { seersOf } from './plan-checks.js';
import type { PlanKnowledge } from './plan-preview.js';

/**
 * Who is to decide, and to vote from then on, when a majority of the voters is lost for good.
 * @throws KvError KV_PLAN_REFUSED when it is not, when that cannot be told, or when as many nodes are missing as are there, unless that is meant
 */
export function afterLostVoters(
  { metadata }: ClusterView,
  { stateOf, reports }: PlanKnowledge,
  isMinorityMeant: boolean,
): { readonly electorate: readonly NodeId[]; readonly voters: readonly NodeId[] } {
  const present = metadata.members.filter(({ state }) => state !== 'removed');
  const nameOf = (id: NodeId): string => present.find(({ nodeId }) => nodeId === id)?.name ?? id;
  const total = metadata.voters.length;
  const alive = metadata.voters.filter((id) => stateOf(id) !== 'down');
  if (alive.length >= majority(total))
    throw refused(
      `${alive.length} of ${total} voters are not down (${alive.map(nameOf).join(' ')}), and ${majority(total)} are enough: nothing is to be recovered`,
    );
  const unsure = present.filter(({ nodeId }) => stateOf(nodeId) === 'suspect');
  if (unsure.length > 0)
    throw refused(`${namesOf(unsure)} may be alive or not: wait until that is known`);
  const live = present.filter(({ nodeId }) => stateOf(nodeId) === 'up');
  const silent = live.filter(({ nodeId }) => !reports.has(nodeId));
  if (silent.length > 0) throw refused(`${namesOf(silent)} did not answer, and all have to agree`);
  for (const voter of metadata.voters.filter((id) => !alive.includes(id))) {
    const seers = seersOf(voter, reports);
    if (seers.length > 0)
      throw refused(`${nameOf(voter)} is alive, as ${seers.join(' ')} say: its vote counts`);
  }
  if (live.length * 2 <= present.length && !isMinorityMeant)
    throw new KvError(
      'KV_PLAN_REFUSED',
      `only ${live.length} of ${present.length} nodes are up: the others may be alive beyond a broken network, and go on by themselves`,
      { hints: ['kv status', '--minority'] },
    );
  return { electorate: live.map(({ nodeId }) => nodeId), voters: targetVoters(live) };
}

function namesOf(nodes: readonly { readonly name: string }[]): string {
  return nodes.map(({ name }) => name).join(' ');
}

function refused(message: string): KvError {
  return new KvError('KV_PLAN_REFUSED', message, { hints: ['kv status'] });
}
