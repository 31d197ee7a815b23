import { readU48be, writeU48be } from '../../../stdx/bytes.js';
import type { BatchOperation } from '../../env/storage.js';
import { seal, unseal } from '../system-keys.js';
import { pageIdOfKey, pageKey, STATE_KEY, type PageId } from './grid-keys.js';

/** Which part of the grid is there. */
export interface GridState {
  /** Pages and deltas of batches before this one are of a grid that was given up. */
  readonly since: number;
  /** The first page that is not built yet; Infinity when all are. */
  readonly next: PageId;
}

const SINCE_BYTES = 6;
const KEY_BYTES = 10;

/** The change that makes a state durable: `since u48be`, and while the grid is built, the key of the next page. */
export function stateOperation({ since, next }: GridState): BatchOperation {
  const body = new Uint8Array(SINCE_BYTES + (next === Infinity ? 0 : KEY_BYTES));
  writeU48be(body, 0, since);
  if (next !== Infinity) body.set(pageKey(next), SINCE_BYTES);
  return { type: 'put', key: STATE_KEY, value: seal(STATE_KEY, body) };
}

/** The state in a value of the store; undefined when it is damaged. */
export function decodeState(value: Uint8Array): GridState | undefined {
  const body = unseal(STATE_KEY, value);
  if (body === undefined || body.length < SINCE_BYTES) return undefined;
  const since = readU48be(body, 0);
  const next = body.subarray(SINCE_BYTES);
  return { since, next: next.length === KEY_BYTES ? pageIdOfKey(next) : Infinity };
}
