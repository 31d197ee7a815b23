import { KvError } from '../core/errors.js';
import type { Hello } from '../core/messages.js';
import type { ClusterMetadata } from '../core/metadata/cluster-metadata.js';
import { areForked, historyOf, type LogHistory } from '../core/metadata/recoveries.js';
import { memberOf, removedIdentity } from '../core/metadata/transformations.js';
import type { SeenStart, StartClaim } from './peer-memory.js';
import { judgeStart } from './peer-memory.js';

export interface HelloCheck {
  readonly own: Hello;
  readonly remote: Hello;
  /** Undefined while this node belongs to no cluster. */
  readonly metadata: ClusterMetadata | undefined;
  /** What `PeerMemory` knows of the remote node. */
  readonly seen: SeenStart | undefined;
}

/**
 * Whether the two sides of a hello may talk; undefined admits.
 * Both sides ask this about the other, so it need not be symmetric, and the error tells the refused side what to do.
 */
export function admitHello(check: HelloCheck): KvError | undefined {
  return (
    refuseWire(check) ?? refuseCluster(check) ?? refuseFormat(check) ?? refuseIncarnation(check)
  );
}

function refuseWire({ own, remote }: HelloCheck): KvError | undefined {
  if (remote.wireMin <= own.wireMax && own.wireMin <= remote.wireMax) return undefined;
  return new KvError(
    'KV_FORMAT_UNKNOWN',
    `${remote.name} speaks versions ${remote.wireMin} to ${remote.wireMax} of the peer protocol, ` +
      `${own.name} ${own.wireMin} to ${own.wireMax}: upgrade the older one`,
  );
}

function refuseCluster({ own, remote, metadata }: HelloCheck): KvError | undefined {
  const strangers = own.clusterId === '' || remote.clusterId === '';
  if (!strangers && own.clusterId !== remote.clusterId)
    return new KvError(
      'KV_CLUSTER_MISMATCH',
      `${remote.name} belongs to cluster ${remote.clusterId}, ${own.name} to cluster ${own.clusterId}`,
    );
  if (metadata === undefined) return undefined;
  const member = memberOf(metadata, remote.nodeId);
  if (member?.state === 'removed') return removedIdentity(metadata, member);
  return refuseHistory(remote, metadata, remote.history);
}

/** Why a node with this past of its log may not go on with this one; undefined lets it. */
export function refuseHistory(
  remote: Pick<Hello, 'name'>,
  metadata: ClusterMetadata,
  history: LogHistory | undefined,
): KvError | undefined {
  if (history === undefined || !areForked(historyOf(metadata), history)) return undefined;
  return new KvError(
    'KV_CLUSTER_MISMATCH',
    `${remote.name} and this node have different histories of ${metadata.clusterName}: it was given new voters while others went on; ` +
      'keep one side, and start the nodes of the other one with empty directories',
  );
}

function refuseFormat({ remote, metadata }: HelloCheck): KvError | undefined {
  if (metadata === undefined || remote.format >= metadata.minFormat) return undefined;
  return new KvError(
    'KV_FORMAT_UNKNOWN',
    `the metadata of cluster ${metadata.clusterName} has format ${metadata.minFormat}, ` +
      `and ${remote.name} knows ${remote.format}: upgrade ${remote.name}`,
  );
}

function refuseIncarnation({ own, remote, seen }: HelloCheck): KvError | undefined {
  // A node may reach itself; the same identity in another process is a copy of this directory.
  if (remote.nodeId === own.nodeId)
    return remote.nonce === own.nonce ? undefined : cloneError(remote);
  const { verdict } = judgeStart(seen, claimOf(remote));
  if (verdict === 'clone') return cloneError(remote);
  if (verdict !== 'rolled-back' || seen === undefined) return undefined;
  return rolledBackError(remote, seen);
}

/** What a hello claims of the start of its node. */
export function claimOf({ nodeId, boot, nonce, sequence, history }: Hello): StartClaim {
  return { nodeId, boot, nonce, sequence, epoch: history?.epoch, direct: true };
}

/**
 * Why a node that knows less than it did may not go on, whatever its operator accepts: a lower sequence can be a log of records that was
 * cut at its end, or an old image of the whole directory, and nobody can tell which. With the image its promises to other voters are
 * gone as well, and a voter that has forgotten one may help to decide an epoch twice.
 */
function rolledBackError(remote: Hello, seen: SeenStart): KvError {
  const what =
    remote.boot < seen.boot
      ? 'started from an old disk image'
      : 'started from an old disk image, or the end of its log is lost';
  return new KvError(
    'KV_ROLLED_BACK',
    `${remote.name} (${remote.nodeId}) ${what}: it says boot ${remote.boot}, ` +
      `sequence ${remote.sequence}, epoch ${remote.history?.epoch ?? 0}, and was seen at boot ${seen.boot}, sequence ${seen.sequence}, epoch ${seen.epoch ?? 0}. ` +
      'Start it from the newest image of its directory, or replace it; --accept-loss does not help, ' +
      'because what it had promised as a voter may be forgotten too',
  );
}

/** The refusal of both of two processes that started from one directory. */
export function cloneError(node: Pick<Hello, 'nodeId' | 'name' | 'boot'>): KvError {
  return new KvError(
    'KV_CLONE',
    `two processes run as ${node.name} (${node.nodeId}) with boot ${node.boot}: ` +
      'stop both, keep the original data directory, and start it alone',
  );
}
