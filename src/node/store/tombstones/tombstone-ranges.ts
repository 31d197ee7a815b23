import { assert } from '../../../stdx/assert.js';
import type { TokenRange } from '../../core/ring/ring.js';
import { encodeDataKey } from '../../core/version/data-key.js';
import type { KeyRange } from '../../env/storage.js';
import { tombstoneKey } from '../indexes/index-keys.js';

/** Tokens of one namespace: from `start` up to, not including, `end`; they may wrap, and are the whole ring when both are the same. */
export interface TombstoneScope {
  readonly namespace: number;
  readonly range: Pick<TokenRange, 'start' | 'end'>;
}

/** Where the entries of the tombstones of a scope are: one range of keys, or two when it goes round the end of the ring. */
export function tombstoneRanges({ namespace, range }: TombstoneScope): readonly KeyRange[] {
  assert(namespace < 0xffff_ffff, 'namespaces are epochs, and those never come so far');
  const start = bound(namespace, range.start);
  const end = bound(namespace, range.end);
  if (range.start < range.end) return [{ gte: start, lt: end }];
  return [
    { gte: bound(namespace, 0), lt: end },
    { gte: start, lt: bound(namespace + 1, 0) },
  ];
}

const NO_KEY = new Uint8Array(0);

function bound(namespace: number, token: number): Uint8Array {
  return tombstoneKey(encodeDataKey({ namespace, token, key: NO_KEY }));
}
