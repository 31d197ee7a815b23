import { toHex } from '../../stdx/bytes.js';
import { unreachable } from '../../stdx/unreachable.js';
import { KvError } from '../core/errors.js';
import type { ClusterMetadata } from '../core/metadata/cluster-metadata.js';
import { checkId, checkName } from '../core/metadata/member-rules.js';
import { memberOf } from '../core/metadata/transformations.js';
import type { Random } from '../env/random.js';
import type { Disk } from '../env/storage.js';
import type { Identity } from './identity-file.js';
import { readIdentity, writeIdentity } from './identity-file.js';

/** What the one who starts the node wants of the directory. */
export type StartIntent =
  | { readonly kind: 'init' }
  /** `clusterId`: of the cluster that the address given by --join belongs to. */
  | { readonly kind: 'join'; readonly clusterId: string }
  | { readonly kind: 'restart' };

/** What to do with the directory that was found. */
export type StartPlan =
  /** Begin a cluster as this node; `writeIdentity` once epoch 1 is durable. */
  | { readonly kind: 'init'; readonly nodeId: string; readonly name: string }
  /** Ask to be a member, for the first time or again. */
  | { readonly kind: 'join'; readonly identity: Identity }
  /** The node is a member already. `ignoredJoin`: --join was given, and changes nothing. */
  | { readonly kind: 'member'; readonly identity: Identity; readonly ignoredJoin: boolean };

export interface FoundDirectory {
  readonly disk: Disk;
  readonly random: Random;
  /** As asked for; undefined takes the name in the directory. */
  readonly name: string | undefined;
  /** State of the log in `meta/`; undefined when there is none. */
  readonly metadata: ClusterMetadata | undefined;
}

/**
 * Decides who this node is; an identity for a join is durable before anybody is asked, so that asking again is the same node.
 * @throws KvError KV_ALREADY_INITIALIZED, KV_CLUSTER_MISMATCH, KV_CONFIG_INVALID, KV_IDENTITY_REMOVED, KV_DATA_DIR_UNUSABLE
 */
export async function settleIdentity(
  found: FoundDirectory,
  intent: StartIntent,
): Promise<StartPlan> {
  const stored = await readIdentity(found.disk);
  const identity = stored ?? (await finishInit(found));
  if (identity === undefined) return await settleNew(found, intent);
  checkSameName(identity, found.name);
  const member = checkMetadata(identity, found.metadata);
  switch (intent.kind) {
    case 'init':
      if (stored === undefined) return { kind: 'member', identity, ignoredJoin: false };
      throw new KvError(
        'KV_ALREADY_INITIALIZED',
        `the data directory belongs to ${identity.name} of cluster ${identity.clusterId}`,
      );
    case 'join':
      if (intent.clusterId !== identity.clusterId)
        throw new KvError(
          'KV_CLUSTER_MISMATCH',
          `the data directory belongs to cluster ${identity.clusterId}, and --join leads to cluster ${intent.clusterId}`,
        );
      return member ? { kind: 'member', identity, ignoredJoin: true } : { kind: 'join', identity };
    case 'restart':
      if (member) return { kind: 'member', identity, ignoredJoin: false };
      throw new KvError(
        'KV_CONFIG_INVALID',
        `${identity.name} has not finished joining cluster ${identity.clusterId}: start it with --join`,
      );
    default:
      return unreachable(intent);
  }
}

async function settleNew(found: FoundDirectory, intent: StartIntent): Promise<StartPlan> {
  const { disk, random, name } = found;
  if (name === undefined) throw new KvError('KV_CONFIG_INVALID', 'a new node needs a --name');
  checkName('node name', name);
  const nodeId = toHex(random.bytes(8));
  switch (intent.kind) {
    case 'init':
      return { kind: 'init', nodeId, name };
    case 'join': {
      checkId('cluster id', intent.clusterId);
      const identity = { clusterId: intent.clusterId, nodeId, name };
      await writeIdentity(disk, identity);
      return { kind: 'join', identity };
    }
    case 'restart':
      throw new KvError(
        'KV_CONFIG_INVALID',
        'the data directory is empty: begin a cluster with --init, or become a member of one with --join HOST:PORT',
      );
    default:
      return unreachable(intent);
  }
}

/** The log of a cluster of one, without an identity: --init was cut off between the two, and is finished here. */
async function finishInit({ disk, metadata }: FoundDirectory): Promise<Identity | undefined> {
  if (metadata === undefined) return undefined;
  const [only, second] = metadata.members;
  if (metadata.epoch > 1 || only === undefined || second !== undefined)
    throw new KvError(
      'KV_DATA_DIR_UNUSABLE',
      `identity.json is missing, and meta/ belongs to cluster ${metadata.clusterId}: restore the file, or replace the node`,
    );
  const identity = { clusterId: metadata.clusterId, nodeId: only.nodeId, name: only.name };
  await writeIdentity(disk, identity);
  return identity;
}

function checkSameName(identity: Identity, name: string | undefined): void {
  if (name !== undefined && identity.name !== name)
    throw new KvError(
      'KV_CONFIG_INVALID',
      `the data directory belongs to ${identity.name}, and the node was started as ${name}`,
    );
}

/** Whether the log names this node as a member. */
function checkMetadata(identity: Identity, metadata: ClusterMetadata | undefined): boolean {
  if (metadata === undefined) return false;
  if (metadata.clusterId !== identity.clusterId)
    throw new KvError(
      'KV_CLUSTER_MISMATCH',
      `identity.json is of cluster ${identity.clusterId}, and meta/ of cluster ${metadata.clusterId}`,
    );
  const member = memberOf(metadata, identity.nodeId);
  if (member?.state === 'removed')
    throw new KvError(
      'KV_IDENTITY_REMOVED',
      `${identity.name} was removed from cluster ${metadata.clusterName}`,
    );
  return member !== undefined;
}
