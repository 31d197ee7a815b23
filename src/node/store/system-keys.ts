import { readU32be, readU48be, writeU32be, writeU48be } from '../../stdx/bytes.js';
import { crc32c } from '../../stdx/crc32c.js';

const PREFIX = 0x6d;
const MARKER = 0x62;
const CHECKSUM = 4;

/** Where the store keeps what it knows of itself: `m | kind`, see docs/storage-format.md. */
export const WRITER_KEY = Uint8Array.of(PREFIX, 0x77);
export const CEILING_KEY = Uint8Array.of(PREFIX, 0x63);
export const INDEXED_KEY = Uint8Array.of(PREFIX, 0x69);
export const SCRUB_KEY = Uint8Array.of(PREFIX, 0x73);
/** When a loss was accepted that the other replicas have not made good yet, in ms since 1970. */
export const LOSS_KEY = Uint8Array.of(PREFIX, 0x6c);

/** The range of all batch markers. */
export const MARKERS = {
  gte: Uint8Array.of(PREFIX, MARKER),
  lt: Uint8Array.of(PREFIX, MARKER + 1),
} as const;

const FLOOR = 0x66;

/** The range of all floors. */
export const FLOORS = {
  gte: Uint8Array.of(PREFIX, FLOOR),
  lt: Uint8Array.of(PREFIX, FLOOR + 1),
} as const;

const REPAIRED = 0x74;

/** The range of the times at which slots were repaired. */
export const REPAIR_TIMES = {
  gte: Uint8Array.of(PREFIX, REPAIRED),
  lt: Uint8Array.of(PREFIX, REPAIRED + 1),
} as const;

const REPAIR_JOB = 0x6a;

/** The range of the repairs that people asked for. */
export const REPAIR_JOBS = {
  gte: Uint8Array.of(PREFIX, REPAIR_JOB),
  lt: Uint8Array.of(PREFIX, REPAIR_JOB + 1),
} as const;

/** The key of a repair that somebody asked for, by its number: `m | j | number u32be`. */
export function repairJobKey(number: number): Uint8Array {
  return keyOfNumber(REPAIR_JOBS.gte, number);
}

/** The number of such a key. */
export function numberOfRepairJob(key: Uint8Array): number {
  return readU32be(key, 2);
}

/** The key of the floors of a namespace: `m | f | namespace u32be`. */
export function floorKey(namespace: number): Uint8Array {
  return keyOfNumber(FLOORS.gte, namespace);
}

/** The key of the times at which the slots of a namespace were repaired: `m | t | namespace u32be`. */
export function repairTimesKey(namespace: number): Uint8Array {
  return keyOfNumber(REPAIR_TIMES.gte, namespace);
}

function keyOfNumber(prefix: Uint8Array, number: number): Uint8Array {
  const key = new Uint8Array(6);
  key.set(prefix);
  writeU32be(key, 2, number);
  return key;
}

/** The namespace of a key of floors, or of times of repair. */
export function namespaceOfKey(key: Uint8Array): number {
  return readU32be(key, 2);
}

/** The key of the marker that batch number `sequence` carries: `m | b | sequence u48be`. */
export function markerKey(sequence: number): Uint8Array {
  const key = new Uint8Array(8);
  key.set(MARKERS.gte);
  writeU48be(key, 2, sequence);
  return key;
}

/** The number of the batch that a marker belongs to. */
export function sequenceOf(key: Uint8Array): number {
  return readU48be(key, 2);
}

/** `body` followed by its checksum, which covers the key as well. */
export function seal(key: Uint8Array, body: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(body.length + CHECKSUM);
  sealed.set(body);
  writeU32be(sealed, body.length, crc32c(body, crc32c(key)));
  return sealed;
}

/** The body of a sealed value, or undefined when it is not what was sealed under this key. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < CHECKSUM) return undefined;
  const body = sealed.subarray(0, sealed.length - CHECKSUM);
  return readU32be(sealed, body.length) === crc32c(body, crc32c(key)) ? body : undefined;
}

/** A sealed 48-bit number. */
export function sealU48(key: Uint8Array, value: number): Uint8Array {
  const body = new Uint8Array(6);
  writeU48be(body, 0, value);
  return seal(key, body);
}

/** The number of `sealU48`, or undefined when it is damaged. */
export function unsealU48(key: Uint8Array, sealed: Uint8Array): number | undefined {
  const body = unseal(key, sealed);
  return body?.length === 6 ? readU48be(body, 0) : undefined;
}
