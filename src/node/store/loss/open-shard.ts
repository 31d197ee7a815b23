import { utf8Decode, utf8Encode } from '../../../stdx/bytes.js';
import { KvError } from '../../core/errors.js';
import type { NodeEnv } from '../../env/env.js';
import type { Storage, StorageOptions } from '../../env/storage.js';
import { StoreDamage } from '../../env/store-damage.js';
import { recoverShard, type RecoveredShard } from '../shard-recovery.js';
import { beginAnew } from './begin-anew.js';

export interface ShardParts {
  readonly env: Pick<NodeEnv, 'disk' | 'random' | 'log' | 'clock'>;
  readonly folder: string;
  readonly options: StorageOptions;
  /** Whether the node has had this shard: then an empty one has lost all. */
  readonly isExpected?: boolean | undefined;
  /** Called with what was lost when a store is opened without it; when absent, a store that lost something is not opened. */
  readonly acceptLoss?: ((what: string) => void) | undefined;
}

/** A shard whose batches are all there, or that has begun anew without those that are not. */
export interface OpenShard {
  readonly storage: Storage;
  readonly recovered: RecoveredShard;
}

/** Says how far it is to accept a loss, in a file beside the shards: cut off, the store must not be taken for whole. */
const LOSS_FILE = 'loss';
const BEGUN = 'begun\n';
const DONE = 'done\n';

/** @throws KvError KV_STORE_FAILED with what to do next when something is damaged or missing, KV_DATA_DIR_LOCKED */
export async function openShard(parts: ShardParts): Promise<OpenShard> {
  const { disk, log } = parts.env;
  const left = await disk.readFile(LOSS_FILE);
  const isCutOff = left !== undefined && utf8Decode(left) === BEGUN;
  try {
    if (isCutOff) throw new StoreDamage('The acceptance of a loss was cut off');
    const opened = await openWhole(parts);
    if (parts.acceptLoss === undefined) return opened;
    await readAll(opened.storage);
    log.warn(
      'nothing is missing in the middle of the store: there was nothing to accept; what was cut from its very end only peers can tell',
    );
    return opened;
  } catch (error) {
    if (!(error instanceof StoreDamage) || parts.acceptLoss === undefined) throw advised(error);
    return await openWithout(parts, error, parts.acceptLoss);
  }
}

async function openWhole({ env, folder, options, isExpected }: ShardParts): Promise<OpenShard> {
  const storage = await env.disk.openStorage(folder, options);
  try {
    return { storage, recovered: await recoverShard(storage, env.random, isExpected) };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function openWithout(
  parts: ShardParts,
  { message }: StoreDamage,
  told: (what: string) => void,
): Promise<OpenShard> {
  const { disk, random } = parts.env;
  await disk.replaceFile(LOSS_FILE, utf8Encode(BEGUN));
  const storage = await openReadable(parts);
  try {
    await beginAnew(storage, parts.env);
    const recovered = await recoverShard(storage, random);
    await disk.replaceFile(LOSS_FILE, utf8Encode(DONE));
    told(message);
    return { storage, recovered };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** The storage with all that can be read of it. */
async function openReadable({ env, folder, options }: ShardParts): Promise<Storage> {
  const { disk } = env;
  try {
    return await opened();
  } catch (error) {
    if (!(error instanceof StoreDamage)) throw error;
    // What is lost is told once, when the node goes on; this may take minutes until then.
    env.log.info('what can be read of the store is put together');
    await disk.salvageStorage(folder);
    return await opened();
  }

  async function opened(): Promise<Storage> {
    const storage = await disk.openStorage(folder, options);
    try {
      await readAll(storage);
      return storage;
    } catch (error) {
      await storage.close();
      throw error;
    }
  }
}

const ALL = { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) };

/** @throws StoreDamage when a part of it cannot be read */
async function readAll(storage: Storage): Promise<void> {
  const entries = storage.iterate(ALL)[Symbol.asyncIterator]();
  while ((await entries.next()).done !== true);
}

/** The refusal of a damaged store, with what to do next; any other error as it is. */
export function advised(damage: unknown): unknown {
  if (!(damage instanceof StoreDamage)) return damage;
  const message =
    `${damage.message}: acknowledged writes are lost here. ` +
    'Check the disk, then replace the node, or start it with --accept-loss: the other replicas bring what they have';
  return new KvError('KV_STORE_FAILED', message, {
    cause: damage,
    hints: ['kv node start --accept-loss', 'kv status'],
  });
}
