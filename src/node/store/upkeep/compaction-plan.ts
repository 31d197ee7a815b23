import { compareBytes } from '../../../stdx/bytes.js';
import { LIMITS } from '../../core/limits.js';
import { RING_SIZE } from '../../core/ring/token.js';
import type { TokenSpan } from '../../core/views/storage-views.js';
import type { KeyRange, Storage } from '../../env/storage.js';
import { dataBound } from '../data-range.js';
import { tombstoneRanges } from '../tombstones/tombstone-ranges.js';

/** A range of keys that is compacted in one go, and its bytes on the disk, roughly. */
export interface CompactionPart extends Pick<KeyRange, 'gte' | 'lt'> {
  readonly sizeBytes: number;
}

/** What is to be compacted: the records of some tokens, or all that the store has. */
export interface CompactionScope {
  readonly namespaces: readonly number[];
  readonly range: TokenSpan | undefined;
}

/** Pieces of the ring whose size is asked for; a part is as many of them as are large enough together. */
const CELLS = 256;

/** The keys of a scope, in parts that are long enough to be worth it and short enough to stop between them; in the order of the keys. */
export async function planCompaction(
  engine: Pick<Storage, 'approximateSize'>,
  scope: CompactionScope,
): Promise<readonly CompactionPart[]> {
  const parts: CompactionPart[] = [];
  for (const cells of scope.range === undefined ? [allCells(scope)] : rangeCells(scope)) {
    let open: CompactionPart | undefined;
    for (const { gte, lt } of cells) {
      const sizeBytes = await engine.approximateSize({ gte, lt });
      open = { gte: open?.gte ?? gte, lt, sizeBytes: (open?.sizeBytes ?? 0) + sizeBytes };
      if (open.sizeBytes < LIMITS.compactPartBytes) continue;
      parts.push(open);
      open = undefined;
    }
    if (open !== undefined) parts.push(open);
  }
  return parts;
}

type Cell = Pick<KeyRange, 'gte' | 'lt'>;

/** All keys, cut where the records of the namespaces are. */
function allCells({ namespaces }: CompactionScope): readonly Cell[] {
  const cuts = namespaces.flatMap((namespace) =>
    Array.from({ length: CELLS }, (_, i) => dataBound(namespace, (i * RING_SIZE) / CELLS)),
  );
  return cellsBetween([FIRST, ...cuts.sort(compareBytes), LAST]);
}

/** The records of the tokens, and their entries in the index of tombstones. */
function rangeCells({ namespaces, range }: CompactionScope): readonly (readonly Cell[])[] {
  if (range === undefined) return [];
  const { start, end } = range;
  const head = { start, end: RING_SIZE };
  const spans = start < end ? [range] : end === 0 ? [head] : [{ start: 0, end }, head];
  return namespaces.flatMap((namespace) => [
    ...spans.map((span) => cellsBetween(cutsOf(namespace, span))),
    tombstoneRanges({ namespace, range }),
  ]);
}

function cutsOf(namespace: number, { start, end }: TokenSpan): readonly Uint8Array[] {
  const cell = RING_SIZE / CELLS;
  const cuts = [dataBound(namespace, start)];
  for (let at = Math.floor(start / cell) * cell + cell; at < end; at += cell)
    cuts.push(dataBound(namespace, at));
  return [...cuts, dataBound(namespace, end)];
}

function cellsBetween(cuts: readonly Uint8Array[]): readonly Cell[] {
  return cuts.slice(1).map((lt, i) => ({ gte: cuts[i] ?? lt, lt }));
}

const FIRST = Uint8Array.of(0);
const LAST = Uint8Array.of(0xff);
