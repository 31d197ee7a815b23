import { DATA_KEYS } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import type { DecodedRecord } from '../../node/core/version/record-codec.js';
import {
  expiryKey,
  readTombstoneKey,
  stampValue,
  tombstoneKey,
} from '../../node/store/indexes/index-keys.js';
import { valueExpiresAtMs } from '../../node/store/indexes/record-indexes.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { equalBytes, toHex } from '../../stdx/bytes.js';
import type { MemoryDisk } from '../memory-disk.js';
import type { NodeRun } from '../node-run.js';
import type { Findings } from './findings.js';
import type { World } from './world.js';

const TOMBSTONES = { gte: Uint8Array.of(0x74), lt: Uint8Array.of(0x75) };

/**
 * Compares the indexes of a node with its records, both as they lie on its disk: after every start, and at the end. Each record has the
 * entries that it must have, and each entry of a tombstone has one. An entry by expiry may be left over from a copy that had rotted.
 */
export class IndexWatch {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A node has started. */
  follow({ machine }: NodeRun): void {
    this.#judge(machine.name, machine.disk, 'after its start');
  }

  /** At the end, of all nodes. */
  judge({ cluster }: World): void {
    for (const { machine } of cluster.running())
      this.#judge(machine.name, machine.disk, 'at the end');
  }

  #judge(name: string, disk: MemoryDisk, when: string): void {
    const wrong = firstWrong(disk);
    if (wrong !== undefined) this.#findings.add('index-differs', `${when} ${name} ${wrong}`);
  }
}

function firstWrong(disk: MemoryDisk): string | undefined {
  for (const dataKey of disk.keys(SHARD_FOLDER, DATA_KEYS)) {
    const copy = copyOf(disk, dataKey);
    if (typeof copy !== 'object') continue;
    const expiresAtMs = valueExpiresAtMs(copy);
    if (expiresAtMs !== undefined && !has(disk, expiryKey({ expiresAtMs, dataKey })))
      return `has no entry by expiry for ${toHex(dataKey)}`;
    if (copy.tombstone && !has(disk, tombstoneKey(dataKey), stampValue(copy.version)))
      return `has no entry for the tombstone of ${toHex(dataKey)}`;
  }
  for (const key of disk.keys(SHARD_FOLDER, TOMBSTONES)) {
    const dataKey = readTombstoneKey(key);
    const copy = dataKey && copyOf(disk, dataKey);
    // What cannot be read may have been one.
    if (typeof copy !== 'string' && copy?.tombstone !== true)
      return `has an entry for a tombstone that is not there, ${toHex(key)}`;
  }
  return undefined;
}

function copyOf(disk: MemoryDisk, dataKey: Uint8Array): DecodedRecord | undefined {
  const bytes = disk.valueOf(SHARD_FOLDER, dataKey);
  return bytes && decodeRecord(dataKey, bytes);
}

function has(disk: MemoryDisk, key: Uint8Array, value: Uint8Array = NONE): boolean {
  const found = disk.valueOf(SHARD_FOLDER, key);
  return found !== undefined && equalBytes(found, value);
}

const NONE = new Uint8Array(0);
