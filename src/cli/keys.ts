import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import { fromHex, toHex, utf8DecodeStrict, utf8Encode } from '../stdx/bytes.js';

export const KEY_ENCODINGS = ['utf8', 'hex', 'base64'] as const;
export type KeyEncoding = (typeof KEY_ENCODINGS)[number];

/** Stands for bytes that were no UTF-8 when Node.js decoded the command line. */
const REPLACEMENT = '\uFFFD';

/**
 * The bytes that a word of the command line stands for.
 * @throws KvError KV_KEY_INVALID when they cannot be a key, KV_USAGE when the word is not in that encoding
 */
export function parseKey(text: string, encoding: KeyEncoding): Uint8Array {
  const key = decode(text, encoding);
  if (key.length === 0)
    throw new KvError('KV_KEY_INVALID', 'the key is empty: use 1 to 2048 bytes');
  if (key.length > LIMITS.keyBytes)
    throw new KvError(
      'KV_KEY_INVALID',
      `the key has ${key.length} bytes: use 1 to ${LIMITS.keyBytes}`,
    );
  return key;
}

/** A key as JSON and the framing of several keys show it: in the encoding asked for, in base64 when that cannot. */
export function encodeKey(
  key: Uint8Array,
  wanted: KeyEncoding,
): { readonly text: string; readonly encoding: KeyEncoding } {
  if (wanted === 'hex') return { text: toHex(key), encoding: 'hex' };
  const text = wanted === 'utf8' ? utf8DecodeStrict(key) : undefined;
  if (text !== undefined) return { text, encoding: 'utf8' };
  return { text: toBase64(key), encoding: 'base64' };
}

/** Bytes as JSON shows them: as text when they are UTF-8, else in base64. */
export function encodeValue(value: Uint8Array): {
  readonly value: string;
  readonly valueEncoding: 'utf8' | 'base64';
} {
  const text = utf8DecodeStrict(value);
  return text === undefined
    ? { value: toBase64(value), valueEncoding: 'base64' }
    : { value: text, valueEncoding: 'utf8' };
}

/**
 * The bytes of a text of the command line, where Node.js has lost what was not UTF-8.
 * @throws KvError KV_USAGE when something was lost
 */
export function argumentBytes(text: string, advice: string): Uint8Array {
  if (!text.includes(REPLACEMENT)) return utf8Encode(text);
  throw new KvError('KV_USAGE', `not every byte of an argument is UTF-8: ${advice}`);
}

function decode(text: string, encoding: KeyEncoding): Uint8Array {
  if (encoding === 'utf8') return argumentBytes(text, 'give the key with --key-encoding hex');
  const bytes = encoding === 'hex' ? fromHex(text) : fromBase64(text);
  if (bytes !== undefined) return bytes;
  throw new KvError('KV_USAGE', `the key ${JSON.stringify(text)} is not ${encoding}`);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Buffer ignores what is not base64; a key must not lose a byte that way. */
function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const unpadded = (one: string): string =>
    one.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  return unpadded(bytes.toString('base64')) === unpadded(text) ? new Uint8Array(bytes) : undefined;
}
