import { KvError } from '../core/errors.js';

/** The answer for a record that a newer version of kv wrote. */
export function newerFormat(): KvError {
  return new KvError(
    'KV_FORMAT_UNKNOWN',
    'The store holds a record of a format that this version of kv does not know.',
  );
}

/** The answer of a store that does nothing more. */
export function closing(): KvError {
  return new KvError('KV_NOT_READY', 'The store is closing; ask another node.');
}

/** The answer for a record that was damaged on its way here. */
export function garbled(): KvError {
  return new KvError('KV_CORRUPT', 'A record that arrived does not match its checksum.');
}
