import { KvError } from '../errors.js';
import type { Hello, MetaRequest } from '../messages.js';
import type { ClusterMetadata } from './cluster-metadata.js';
import { memberOf, removedIdentity } from './transformations.js';

/** What a peer may ask of this node. */
export type Asked = 'data' | 'control' | 'repair' | MetaRequest['kind'];

/**
 * Why an admitted peer may not make a request; undefined lets it. A node that belongs to no cluster yet may only join and pull.
 * One that names this cluster but is unknown here is let through: it joined in an epoch that this node has not applied.
 * A removed node may gossip on over the connections it has, and so hear of its removal.
 */
export function refuseRequest(
  from: Hello,
  metadata: ClusterMetadata | undefined,
  asked: Asked,
): KvError | undefined {
  if (asked === 'join' || asked === 'pull') return undefined;
  if (metadata === undefined)
    return new KvError('KV_NOT_READY', 'this node does not belong to a cluster yet');
  const member = memberOf(metadata, from.nodeId);
  if (member?.state === 'removed')
    return asked === 'control' ? undefined : removedIdentity(metadata, member);
  if (member !== undefined || from.clusterId === metadata.clusterId) return undefined;
  return new KvError(
    'KV_CLUSTER_MISMATCH',
    `${from.name} is no member of ${metadata.clusterName}, and may only join`,
  );
}
