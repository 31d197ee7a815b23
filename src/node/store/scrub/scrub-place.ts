import { concatBytes, readU48be, writeU48be } from '../../../stdx/bytes.js';
import { DATA_KEYS } from '../../core/version/data-key.js';
import type { BatchOperation } from '../../env/storage.js';
import { keyAfter, takeEntries, type BackgroundStore } from '../background-store.js';
import { SCRUB_KEY, seal, unseal } from '../system-keys.js';

/** Where the walk over all records is. */
export interface ScrubPlace {
  /** Records from this key on are still to be read; undefined when the walk is at its end. */
  readonly next: Uint8Array | undefined;
  readonly beganAtMs: number;
  readonly records: number;
  /** The last whole walk: when it ended, and how many records it has read; both are 0 before the first. */
  readonly endedAtMs: number;
  readonly endedRecords: number;
}

const FIGURES = ['beganAtMs', 'records', 'endedAtMs', 'endedRecords'] as const;
const HEADER = FIGURES.length * 6;

/** The beginning of a walk, after another one or the first. */
export function placeAtStart(
  beganAtMs: number,
  last: Pick<ScrubPlace, 'endedAtMs' | 'endedRecords'> = { endedAtMs: 0, endedRecords: 0 },
): ScrubPlace {
  const { endedAtMs, endedRecords } = last;
  return { next: DATA_KEYS.gte, beganAtMs, records: 0, endedAtMs, endedRecords };
}

/** What makes a place durable: four times u48be, and the next key, which is empty at the end. */
export function placeOperation(place: ScrubPlace): BatchOperation {
  const header = new Uint8Array(HEADER);
  for (const [i, figure] of FIGURES.entries()) writeU48be(header, 6 * i, place[figure]);
  const body = concatBytes(header, place.next ?? new Uint8Array(0));
  return { type: 'put', key: SCRUB_KEY, value: seal(SCRUB_KEY, body) };
}

/** Where an earlier run of the node was; undefined when it has left no place, or a damaged one. */
export async function readPlace(
  store: Pick<BackgroundStore, 'scan'>,
): Promise<ScrubPlace | undefined> {
  const range = { gte: SCRUB_KEY, lt: keyAfter(SCRUB_KEY), limit: 1 };
  const [entry] = await takeEntries(store, range);
  const body = entry && unseal(SCRUB_KEY, entry.value);
  if (body === undefined || body.length < HEADER) return undefined;
  const [beganAtMs = 0, records = 0, endedAtMs = 0, endedRecords = 0] = FIGURES.map((_, i) =>
    readU48be(body, 6 * i),
  );
  const next = body.length === HEADER ? undefined : body.slice(HEADER);
  return { next, beganAtMs, records, endedAtMs, endedRecords };
}
