import { toHex, utf8Encode } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import { JsonReader } from '../core/metadata/json-reader.js';
import { checkId } from '../core/metadata/member-rules.js';
import type { Random } from '../env/random.js';
import type { Disk } from '../env/storage.js';
import { IDENTITY_FILE, parseSmallFile, readIdentity } from './identity-file.js';

/** One start of a node: how many there were, this one included, and a value that no other start has. */
export interface Boot {
  readonly boot: number;
  /** 16 hex digits, fresh. */
  readonly nonce: string;
}

/** Name of the file in the data directory. */
export const BOOT_FILE = 'boot';

/**
 * Counts this start, durably before it resolves, so that no two starts of one directory have the same number.
 * @throws KvError KV_DATA_DIR_UNUSABLE when the file is garbled or gone, KV_STORE_FAILED
 */
export async function countBoot(disk: Disk, random: Random): Promise<Boot> {
  const bytes = await disk.readFile(BOOT_FILE);
  // The counter is written before the identity, so only damage can leave an identity without one.
  if (bytes === undefined && (await readIdentity(disk)) !== undefined)
    throw new KvError(
      'KV_DATA_DIR_UNUSABLE',
      `the data directory has ${IDENTITY_FILE} but no ${BOOT_FILE}: restore the file, or replace the node`,
    );
  const last = bytes === undefined ? 0 : parseSmallFile(BOOT_FILE, () => parse(bytes)).boot;
  const next = { boot: last + 1, nonce: toHex(random.bytes(8)) };
  await disk.replaceFile(BOOT_FILE, utf8Encode(`${canonicalJson(next)}\n`));
  return next;
}

function parse(bytes: Uint8Array): Boot {
  const fields = JsonReader.parse(bytes, 'it').object(['boot', 'nonce']);
  const boot = { boot: fields.boot.count(), nonce: fields.nonce.text() };
  checkId('nonce', boot.nonce);
  if (boot.boot < 1) throw new KvError('KV_FORMAT_UNKNOWN', 'it counts no boot');
  return boot;
}
