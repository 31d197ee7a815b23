import { decodeDelta } from '../../core/grid/grid-delta.js';
import { DATA_KEYS } from '../../core/version/data-key.js';
import type { Storage } from '../../env/storage.js';
import { unseal } from '../system-keys.js';
import * as keys from './grid-keys.js';
import { GridPages, type FoundGrid, type GridPagesParts } from './grid-pages.js';
import { decodeState, type GridState } from './grid-state.js';

/** What opening a grid found. */
export interface RecoveredGrid {
  readonly pages: GridPages;
  /** Something could not be read, so the whole grid is built anew. */
  readonly isGivenUp: boolean;
}

/**
 * The grid of an opened storage, whose last batch was `last`: its pages, and those changes that they lack.
 * One that is not there, or damaged, is to be built from the records.
 */
export async function recoverGrid(parts: GridPagesParts, last: number): Promise<RecoveredGrid> {
  const { storage } = parts;
  const found = await readState(storage, last + 1);
  if (found !== 'damaged') {
    const pages = new GridPages(parts, found);
    if (await replayDeltas(storage, pages, last)) return { pages, isGivenUp: false };
  }
  const state = { since: last + 1, next: 0 };
  const pages = new GridPages(parts, { state, isNew: true, unknown: [] });
  for await (const { key, value } of storage.iterate(keys.DELTAS))
    pages.log.add(keys.sequenceOfDelta(key), key.length + value.length);
  return { pages, isGivenUp: true };
}

async function readState(storage: Storage, since: number): Promise<FoundGrid | 'damaged'> {
  const stored = await storage.get(keys.STATE_KEY);
  if (stored === undefined) {
    const state = { since, next: (await isEmpty(storage)) ? Infinity : 0 };
    return { state, isNew: true, unknown: [] };
  }
  const state: GridState | undefined = decodeState(stored);
  if (state === undefined) return 'damaged';
  const unknown: keys.PageId[] = [];
  for await (const { key } of storage.iterate(keys.UNKNOWN_PAGES))
    if (keys.pageIdOfKey(key) < state.next) unknown.push(keys.pageIdOfKey(key));
  return { state, isNew: false, unknown };
}

async function isEmpty(storage: Storage): Promise<boolean> {
  for await (const { key } of storage.iterate({ ...DATA_KEYS, limit: 1 })) return key.length === 0;
  return true;
}

/** Applies to each page the deltas later than it; false when one is damaged. */
async function replayDeltas(storage: Storage, pages: GridPages, last: number): Promise<boolean> {
  for await (const { key, value } of storage.iterate(keys.DELTAS)) {
    const sequence = keys.sequenceOfDelta(key);
    pages.log.add(sequence, key.length + value.length);
    if (sequence < pages.since) continue;
    const body = unseal(key, value);
    const deltas = body && decodeDelta(body);
    if (deltas === undefined) return false;
    const ids = new Set(deltas.map(({ namespace, leaf }) => keys.pageIdOf(namespace, leaf)));
    const loaded = await pages.loader.load([...ids].filter((id) => pages.isKnown(id)));
    pages.replay(deltas, sequence);
    pages.loader.release(loaded);
    pages.cache.trim(last);
  }
  return true;
}
