import { concatBytes, readU16be, readU48be, writeU16be, writeU48be } from '../../../stdx/bytes.js';
import { DATA_KEY_HEADER, DATA_PREFIX } from '../../core/version/data-key.js';
import type { Stamp } from '../../core/version/version.js';

/** First byte of the index by expiry, and of the index of tombstones. */
const EXPIRY_PREFIX = 0x78;
const TOMBSTONE_PREFIX = 0x74;

/** All entries of the index of tombstones, as a range of the store. */
export const TOMBSTONE_ENTRIES = {
  gte: Uint8Array.of(TOMBSTONE_PREFIX),
  lt: Uint8Array.of(TOMBSTONE_PREFIX + 1),
} as const;

const EXPIRY_HEADER = 7;
const STAMP = 8;

/** What an entry of the index by expiry says. */
export interface ExpiryEntry {
  readonly expiresAtMs: number;
  readonly dataKey: Uint8Array;
}

/** The key of an entry: `x | expiry u48be | data key`, so that what expires first comes first. */
export function expiryKey({ expiresAtMs, dataKey }: ExpiryEntry): Uint8Array {
  return concatBytes(expiryBound(expiresAtMs), dataKey);
}

/** Below every entry that expires at `expiresAtMs` or later, above every other. */
export function expiryBound(expiresAtMs: number): Uint8Array {
  const bound = new Uint8Array(EXPIRY_HEADER);
  bound[0] = EXPIRY_PREFIX;
  writeU48be(bound, 1, expiresAtMs);
  return bound;
}

/** What the key of an entry says, or undefined when it is none. */
export function readExpiryKey(key: Uint8Array): ExpiryEntry | undefined {
  const dataKey = key.subarray(EXPIRY_HEADER);
  if (key[0] !== EXPIRY_PREFIX || !isDataKey(dataKey)) return undefined;
  return { expiresAtMs: readU48be(key, 1), dataKey };
}

/** The key of an entry: `t | data key after its first byte`, so that a range of tokens is one scan. */
export function tombstoneKey(dataKey: Uint8Array): Uint8Array {
  return withPrefix(dataKey, TOMBSTONE_PREFIX);
}

/** The data key to which an entry belongs, or undefined when it is none. */
export function readTombstoneKey(key: Uint8Array): Uint8Array | undefined {
  const dataKey = withPrefix(key, DATA_PREFIX);
  return key[0] === TOMBSTONE_PREFIX && isDataKey(dataKey) ? dataKey : undefined;
}

/** The value of an entry of the index of tombstones: `ms u48be | logical u16be`. */
export function stampValue({ ms, logical }: Stamp): Uint8Array {
  const value = new Uint8Array(STAMP);
  writeU48be(value, 0, ms);
  writeU16be(value, 6, logical);
  return value;
}

/** The stamp of a tombstone as its entry says, or undefined when the entry does not. */
export function readStampValue(value: Uint8Array): Stamp | undefined {
  if (value.length !== STAMP) return undefined;
  return { ms: readU48be(value, 0), logical: readU16be(value, 6) };
}

function withPrefix(key: Uint8Array, prefix: number): Uint8Array {
  const changed = key.slice();
  if (changed.length > 0) changed[0] = prefix;
  return changed;
}

function isDataKey(key: Uint8Array): boolean {
  return key.length > DATA_KEY_HEADER && key[0] === DATA_PREFIX;
}
