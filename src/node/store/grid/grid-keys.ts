import { readU32be, readU48be, writeU32be, writeU48be } from '../../../stdx/bytes.js';
import { LEAF_COUNT, PAGE_COUNT, PAGE_LEAVES } from '../../core/grid/leaf.js';
import { DATA_KEYS, DATA_PREFIX, decodeDataKey } from '../../core/version/data-key.js';
import type { KeyRange } from '../../env/storage.js';

const PREFIX = 0x67;
const DELTA = 0x64;
const PAGE = 0x70;
const STATE = 0x73;
const UNKNOWN = 0x75;

/** Where it is kept which part of the grid is there at all: `g | s`; see docs/storage-format.md. */
export const STATE_KEY = Uint8Array.of(PREFIX, STATE);

export const DELTAS = rangeOfKind(DELTA);
export const PAGES = rangeOfKind(PAGE);
export const UNKNOWN_PAGES = rangeOfKind(UNKNOWN);

/** A page of a namespace as one number, in the order of their data. */
export type PageId = number;

/** Pages that a namespace may have, now or with the finest grid. */
const PAGE_ROOM = 2 ** 19;
const LEAF_TOKENS = 2 ** 32 / LEAF_COUNT;

export function pageIdOf(namespace: number, leaf: number): PageId {
  return namespace * PAGE_ROOM + Math.floor(leaf / PAGE_LEAVES);
}

export function namespaceOf(id: PageId): number {
  return Math.floor(id / PAGE_ROOM);
}

/** The first leaf of a page; the place of a leaf in it is what is left. */
export function firstLeafOf(id: PageId): number {
  return (id % PAGE_ROOM) * PAGE_LEAVES;
}

/** The page after this one, in the next namespace after the last. */
export function pageAfter(id: PageId): PageId {
  return (id + 1) % PAGE_ROOM < PAGE_COUNT ? id + 1 : (namespaceOf(id) + 1) * PAGE_ROOM;
}

/** The key of what batch `sequence` changed: `g | d | sequence u48be`. */
export function deltaKey(sequence: number): Uint8Array {
  const key = new Uint8Array(8);
  key.set(DELTAS.gte);
  writeU48be(key, 2, sequence);
  return key;
}

export function sequenceOfDelta(key: Uint8Array): number {
  return readU48be(key, 2);
}

/** The key of a page: `g | p | namespace u32be | page u32be`. */
export function pageKey(id: PageId): Uint8Array {
  return keyOf(PAGE, id);
}

/** The key of the mark that a page must be computed again: `g | u | namespace u32be | page u32be`. */
export function unknownKey(id: PageId): Uint8Array {
  return keyOf(UNKNOWN, id);
}

/** The page that a key of `pageKey` or `unknownKey` names. */
export function pageIdOfKey(key: Uint8Array): PageId {
  return readU32be(key, 2) * PAGE_ROOM + readU32be(key, 6);
}

/** The page in which a data key counts. */
export function pageIdOfData(dataKey: Uint8Array): PageId {
  const { namespace, token } = decodeDataKey(dataKey);
  return pageIdOf(namespace, Math.floor(token / LEAF_TOKENS));
}

/** All records that count in a page. */
export function dataOf(id: PageId): KeyRange {
  return { gte: dataFrom(id).gte, lt: dataFrom(pageAfter(id)).gte };
}

/** All records that count in a page or in one after it. */
export function dataFrom(id: PageId): KeyRange {
  const namespace = namespaceOf(id);
  if (namespace > 0xffff_ffff) return { gte: DATA_KEYS.lt, lt: DATA_KEYS.lt };
  const gte = new Uint8Array(9);
  gte[0] = DATA_PREFIX;
  writeU32be(gte, 1, namespace);
  writeU32be(gte, 5, firstLeafOf(id) * LEAF_TOKENS);
  return { gte, lt: DATA_KEYS.lt };
}

function keyOf(kind: number, id: PageId): Uint8Array {
  const key = new Uint8Array(10);
  key[0] = PREFIX;
  key[1] = kind;
  writeU32be(key, 2, namespaceOf(id));
  writeU32be(key, 6, id % PAGE_ROOM);
  return key;
}

function rangeOfKind(kind: number): { readonly gte: Uint8Array; readonly lt: Uint8Array } {
  return { gte: Uint8Array.of(PREFIX, kind), lt: Uint8Array.of(PREFIX, kind + 1) };
}
