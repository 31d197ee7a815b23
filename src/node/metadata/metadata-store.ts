import { writeU48be } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import type { MetadataEntry } from '../core/metadata/cluster-metadata.js';
import {
  decodeAcceptor,
  decodeEntry,
  decodeSnapshot,
  encodeAcceptor,
  encodeEntry,
  encodeSnapshot,
} from '../core/metadata/metadata-codec.js';
import type { MetadataLog } from '../core/metadata/metadata-log.js';
import { appendEntry, EMPTY_LOG, epochOf, logFromSnapshot } from '../core/metadata/metadata-log.js';
import type { VoterState } from '../core/metadata/voter.js';
import { FRESH_ACCEPTOR } from '../core/paxos/acceptor.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import { putSealed, unsealed } from './sealed-record.js';

/** First bytes of the keys in `meta/`; docs/storage-format.md draws them. */
const SNAPSHOT = 0x73;
const ENTRY = 0x65;
const ACCEPTOR = 0x61;

/**
 * What the folder holds: the log as far as it is applied, and this node's part in deciding the next epoch.
 * @throws KvError KV_STORE_FAILED for what is damaged or missing, KV_FORMAT_UNKNOWN for what a newer version wrote
 */
export async function loadMetadata(storage: Storage): Promise<VoterState> {
  const snapshot = await read(storage, snapshotKey(), decodeSnapshot);
  let log: MetadataLog = snapshot === undefined ? EMPTY_LOG : logFromSnapshot(snapshot);
  const entries = storage.iterate({ gte: Uint8Array.of(ENTRY), lt: Uint8Array.of(ENTRY + 1) });
  for await (const { key, value } of entries) {
    const entry = decodeEntry(unseal(key, value));
    if (entry.epoch !== epochOf(log) + 1)
      throw damaged(`entry ${epochOf(log) + 1} of the metadata log is missing`);
    log = appendEntry(log, entry);
  }
  const acceptor = await read(storage, acceptorKey(epochOf(log) + 1), decodeAcceptor);
  return { log, acceptor: acceptor ?? FRESH_ACCEPTOR };
}

/** The one batch that makes `after` durable where `before` is. */
export function changesBetween(before: VoterState, after: VoterState): readonly BatchOperation[] {
  return [...logChanges(before, after), ...acceptorChanges(before, after)];
}

function logChanges(before: VoterState, after: VoterState): readonly BatchOperation[] {
  const batch: BatchOperation[] = [];
  // A vote leaves the log as it is.
  if (before.log === after.log) return batch;
  if (after.log.base !== undefined && after.log.base !== before.log.base)
    batch.push(putSealed(snapshotKey(), encodeSnapshot(after.log.base)));
  const kept = new Set<MetadataEntry>(after.log.entries);
  const stored = new Set<MetadataEntry>(before.log.entries);
  for (const entry of before.log.entries)
    if (!kept.has(entry)) batch.push({ type: 'del', key: entryKey(entry.epoch) });
  for (const entry of after.log.entries)
    if (!stored.has(entry)) batch.push(putSealed(entryKey(entry.epoch), encodeEntry(entry)));
  return batch;
}

function acceptorChanges(before: VoterState, after: VoterState): readonly BatchOperation[] {
  if (before.acceptor === after.acceptor) return [];
  const batch: BatchOperation[] = [];
  const epochs = { before: epochOf(before.log) + 1, after: epochOf(after.log) + 1 };
  if (before.acceptor !== FRESH_ACCEPTOR && epochs.before !== epochs.after)
    batch.push({ type: 'del', key: acceptorKey(epochs.before) });
  if (after.acceptor !== FRESH_ACCEPTOR)
    batch.push(putSealed(acceptorKey(epochs.after), encodeAcceptor(after.acceptor)));
  return batch;
}

async function read<T>(
  storage: Storage,
  key: Uint8Array,
  decode: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  const value = await storage.get(key);
  return value === undefined ? undefined : decode(unseal(key, value));
}

function unseal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const content = unsealed(key, value);
  if (content === undefined) throw damaged('a record of the metadata log fails its checksum');
  return content;
}

function damaged(what: string): KvError {
  return new KvError(
    'KV_STORE_FAILED',
    `${what}: the disk of this node has lost data; replace the node`,
  );
}

function snapshotKey(): Uint8Array {
  return Uint8Array.of(SNAPSHOT);
}

function entryKey(epoch: number): Uint8Array {
  return epochKey(ENTRY, epoch);
}

function acceptorKey(epoch: number): Uint8Array {
  return epochKey(ACCEPTOR, epoch);
}

function epochKey(prefix: number, epoch: number): Uint8Array {
  const key = new Uint8Array(7);
  key[0] = prefix;
  writeU48be(key, 1, epoch);
  return key;
}
