import { formatSize } from '../../../stdx/size.js';
import { unreachable } from '../../../stdx/unreachable.js';
import { LIMITS } from '../limits.js';
import { describePlan, describeStep } from '../topology/describe-plan.js';
import type { ClusterMetadata, MetadataEntry, NodeId } from './cluster-metadata.js';

/** One line for people about an entry that led to `state`. */
export function describeEntry(state: ClusterMetadata, entry: MetadataEntry): string {
  return `epoch ${entry.epoch}: ${describeChange(state, entry)}`;
}

function describeChange(state: ClusterMetadata, { change, epoch }: MetadataEntry): string {
  const nameOf = (id: NodeId): string =>
    state.members.find((member) => member.nodeId === id)?.name ?? id;
  const namespaceOf = (id: number): string =>
    state.namespaces.find((one) => one.id === id)?.name ?? String(id);
  switch (change.kind) {
    case 'init':
      return `cluster ${change.clusterName} begins with ${change.member.name}`;
    case 'join':
      return `${change.member.name} joins with ${change.tokens.length} vnodes`;
    case 'update': {
      const { name, addresses, release } = change.member;
      return `${name} is at ${addresses.host}:${addresses.clientPort}, release ${release}`;
    }
    case 'remove':
      return `${nameOf(change.nodeId)} is removed`;
    case 'voters':
      return `the voters are ${change.voters.map(nameOf).join(', ')}`;
    case 'open':
      return 'the cluster is open: it may hold data, and its ring changes by plans';
    case 'create-namespace':
      return `namespace ${change.namespace.name} is created`;
    case 'alter-namespace':
      return `namespace ${namespaceOf(change.id)} has other defaults`;
    case 'drop-namespace':
      return `namespace ${change.id} is dropped`;
    case 'stage-join': {
      const instead =
        change.replaces === undefined ? '' : ` in place of ${nameOf(change.replaces)}`;
      return `${change.member.name} waits to join${instead} with ${change.tokens.length} vnodes`;
    }
    case 'stage-leave':
      return `${nameOf(change.nodeId)} waits to ${change.isForgotten === true ? 'be forgotten' : change.isDead ? 'be removed' : 'leave'}`;
    case 'stage-replication':
      return `namespace ${namespaceOf(change.namespace)} waits for another replication`;
    case 'stage-rebalance':
      return `${change.moves.length} vnodes wait for other owners`;
    case 'discard':
      return 'what was staged is discarded';
    case 'begin-plan':
      return `plan ${epoch} begins: ${describePlan(state)}`;
    case 'step-plan':
      return `plan ${change.plan}: ${describeStep(change.to)}`;
    case 'pause-plan': {
      const why =
        change.pausedFor === undefined ? '' : `: ${nameOf(change.pausedFor)}, which joins, is down`;
      return `plan ${change.plan} ${change.paused ? 'is paused' : 'goes on'}${why}`;
    }
    case 'recover':
      return `a majority of the voters is lost: the voters are ${change.voters.map(nameOf).join(', ')}`;
    case 'maintain':
      return `${nameOf(change.nodeId)} ${change.on ? 'goes into' : 'is out of'} maintenance`;
    case 'limit-streams':
      return `records are moved at ${formatSize(change.bytesPerSecond ?? LIMITS.planBytesPerSecond)}/s at most`;
    default:
      return unreachable(change);
  }
}
