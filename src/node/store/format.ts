import { utf8Decode, utf8Encode } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import type { Disk } from '../env/storage.js';

/** The file that names the format of everything else in a data directory. */
export const FORMAT_FILE = 'FORMAT';
/** The format that this code reads and writes; docs/storage-format.md describes it. */
export const DATA_FORMAT = 'kv-data 1\n';

/**
 * Claims a new data directory for this format, and refuses one of another; nothing else may be read before this.
 * @throws KvError KV_FORMAT_UNKNOWN
 */
export async function checkFormat(disk: Pick<Disk, 'readFile' | 'replaceFile'>): Promise<void> {
  const found = await disk.readFile(FORMAT_FILE);
  if (found === undefined) {
    await disk.replaceFile(FORMAT_FILE, utf8Encode(DATA_FORMAT));
    return;
  }
  const text = utf8Decode(found);
  if (text === DATA_FORMAT) return;
  throw new KvError(
    'KV_FORMAT_UNKNOWN',
    `The data directory has the format ${JSON.stringify(text.slice(0, 40).trim())}; ` +
      `this version of kv knows ${JSON.stringify(DATA_FORMAT.trim())}. ` +
      'Use the version that wrote it, or a newer one.',
  );
}
