import { utf8Encode } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import { JsonReader } from '../core/metadata/json-reader.js';
import { checkId, checkName } from '../core/metadata/member-rules.js';
import type { Disk } from '../env/storage.js';

/** Who a data directory belongs to; never changed once written. */
export interface Identity {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly name: string;
}

/** Name of the file in the data directory. */
export const IDENTITY_FILE = 'identity.json';

/** The identity in the directory, or undefined when it belongs to nobody. @throws KvError KV_DATA_DIR_UNUSABLE when it is garbled */
export async function readIdentity(disk: Disk): Promise<Identity | undefined> {
  const bytes = await disk.readFile(IDENTITY_FILE);
  return bytes === undefined ? undefined : parseSmallFile(IDENTITY_FILE, () => parse(bytes));
}

/** Makes the directory belong to a node, durably. @throws KvError KV_DATA_DIR_UNUSABLE, KV_STORE_FAILED */
export async function writeIdentity(disk: Disk, identity: Identity): Promise<void> {
  await disk.replaceFile(IDENTITY_FILE, utf8Encode(`${canonicalJson(identity)}\n`));
}

/** Turns any complaint about the content of a file into one that names the file and what to do. */
export function parseSmallFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    throw new KvError(
      'KV_DATA_DIR_UNUSABLE',
      `${file} in the data directory is damaged (${error.message}): restore the file, or replace the node`,
      { cause: error },
    );
  }
}

function parse(bytes: Uint8Array): Identity {
  const fields = JsonReader.parse(bytes, 'it').object(['clusterId', 'nodeId', 'name']);
  const identity = {
    clusterId: fields.clusterId.text(),
    nodeId: fields.nodeId.text(),
    name: fields.name.text(),
  };
  checkId('cluster id', identity.clusterId);
  checkId('node id', identity.nodeId);
  checkName('node name', identity.name);
  return identity;
}
