import type { ClusterSettings } from './core/settings.js';
import { epochOf } from './core/metadata/metadata-log.js';
import type { VoterState } from './core/metadata/voter.js';
import { KvError } from './core/errors.js';
import type { NodeEnv } from './env/env.js';
import { StoreDamage } from './env/store-damage.js';
import type { Disk, Storage, StorageOptions } from './env/storage.js';
import type { PeerAddress } from './env/transport.js';
import { countBoot, type Boot } from './identity/boot-counter.js';
import { readIdentity } from './identity/identity-file.js';
import { loadPeers, type StoredPeers } from './identity/peer-memory-keeper.js';
import { settleIdentity, type StartIntent, type StartPlan } from './identity/identity.js';
import { loadMetadata } from './metadata/metadata-store.js';
import { checkFormat } from './store/format.js';
import { SHARD_FOLDER } from './store/store.js';
import { STORE_OPTIONS } from './store/store-options.js';
import { CEILING_KEY } from './store/system-keys.js';

/** What the one who starts a node wants of its directory. */
export type NodeIntent =
  | { readonly kind: 'init'; readonly clusterName: string; readonly settings: ClusterSettings }
  | {
      readonly kind: 'join';
      readonly clusterId: string;
      /** Peer addresses of members. */
      readonly seeds: readonly PeerAddress[];
    }
  | { readonly kind: 'restart' };

/** A data directory that this process holds, and what it says of the node. */
export interface OpenedDirectory {
  readonly disk: Disk;
  readonly meta: Storage;
  readonly stored: VoterState;
  /** What earlier runs knew of other nodes. */
  readonly peers: StoredPeers;
  readonly boot: Boot;
  readonly plan: StartPlan;
  readonly nodeId: string;
  readonly name: string;
  /** Empty until the node has joined or begun a cluster. */
  readonly clusterId: string;
  close(): Promise<void>;
}

const META_FOLDER = 'meta';
/** The metadata log is small and cold. */
const META_OPTIONS: StorageOptions = {
  cacheBytes: 1024 * 1024,
  writeBufferBytes: 1024 * 1024,
  maxFileBytes: 2 * 1024 * 1024,
};

/**
 * Locks the directory, counts this boot, and settles who the node is.
 * @throws KvError KV_DATA_DIR_UNUSABLE, KV_DATA_DIR_LOCKED, KV_FORMAT_UNKNOWN, and what `settleIdentity` refuses with
 */
export async function openDirectory(
  env: Pick<NodeEnv, 'disk' | 'random' | 'log'>,
  options: { readonly name: string | undefined; readonly intent: NodeIntent },
): Promise<OpenedDirectory> {
  const { disk, random } = env;
  await disk.lock();
  let meta: Storage | undefined;
  const close = async (): Promise<void> => {
    await meta?.close();
    await disk.unlock();
  };
  try {
    await checkFormat(disk);
    const isKnown = (await readIdentity(disk)) !== undefined;
    meta = await openMeta(disk, isKnown);
    const stored = await loadMetadata(meta);
    if (isKnown && epochOf(stored.log) === 0 && (await hasServed(disk)))
      throw lostMemory('The metadata log is gone');
    const peers = await loadPeers(meta);
    if (peers.damaged.length > 0)
      env.log.warn('records of other nodes are damaged, and forgotten', { nodes: peers.damaged });
    const found = { disk, random, name: options.name, metadata: stored.log.state };
    const boot = await countBoot(disk, random);
    const plan = await settleIdentity(found, startIntent(options.intent));
    const known = plan.kind === 'init' ? { ...plan, clusterId: '' } : plan.identity;
    return {
      disk,
      meta,
      stored,
      peers,
      boot,
      plan,
      nodeId: known.nodeId,
      name: known.name,
      // A joiner belongs to nothing until a member has let it in.
      clusterId: plan.kind === 'member' ? known.clusterId : '',
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * `mustExist`: the folder is made before a directory gets its identity.
 * @throws KvError KV_STORE_FAILED
 */
async function openMeta(disk: Disk, mustExist: boolean): Promise<Storage> {
  try {
    return await disk.openStorage(META_FOLDER, { ...META_OPTIONS, mustExist });
  } catch (error) {
    throw error instanceof StoreDamage ? lostMemory(error.message, error.cause) : error;
  }
}

/** A voter that lost its memory must not vote again, whatever its operator accepts. */
function lostMemory(what: string, cause?: unknown): KvError {
  const message = `${what}: this node has lost what it knew of the cluster, and must not vote again: replace it`;
  return new KvError('KV_STORE_FAILED', message, { cause });
}

/** Whether the store tells of a node that had joined: one that has not reserves no time. A damaged store tells of one, too. */
async function hasServed(disk: Disk): Promise<boolean> {
  let storage: Storage | undefined;
  try {
    storage = await disk.openStorage(SHARD_FOLDER, STORE_OPTIONS);
    return (await storage.get(CEILING_KEY)) !== undefined;
  } catch (error) {
    if (error instanceof StoreDamage) return true;
    throw error;
  } finally {
    await storage?.close();
  }
}

function startIntent(intent: NodeIntent): StartIntent {
  return intent.kind === 'join'
    ? { kind: 'join', clusterId: intent.clusterId }
    : { kind: intent.kind };
}
