import { splitRuns, type LeafRun } from '../../core/grid/leaf-runs.js';
import { SLOT_COUNT, SLOT_SIZE, slotOf } from '../../core/ring/token.js';
import type { TokenSpan, VerdictView } from '../../core/views/storage-views.js';
import { dataOfSlots } from '../data-range.js';
import type { HashGrid } from '../grid/hash-grid.js';
import type { StoreEngine } from '../store.js';
import type { CompactionScope } from './compaction-plan.js';
import type { JobProgress } from './storage-job.js';

/** What a verification asks of the hash grid. */
export type VerifiedGrid = Pick<HashGrid, 'verify' | 'recompute'>;

export interface VerificationParts {
  readonly engine: Pick<StoreEngine, 'approximateSize'>;
  readonly grid: VerifiedGrid;
  /** Throws when it is not to go on. */
  readonly checkpoint: () => void;
}

/** Parts of the ring, after each of which it can be stopped. */
const PARTS = 128;
/** Differing slots that are named. */
const NAMED = 20;

/**
 * Computes the hashes of a scope from its records and compares them with the grid, part by part; what differs is computed again by the
 * grid afterwards, so that a repair does not rest on it. The grid rests for as long as it works. @throws KvError
 */
export async function verify(
  { engine, grid, checkpoint }: VerificationParts,
  { namespaces, range }: CompactionScope,
  job: JobProgress,
): Promise<void> {
  const pieces = await Promise.all(
    namespaces.flatMap((namespace) =>
      splitRuns(runsOf(range), PARTS).map(async (runs) => ({
        ...{ namespace, runs },
        sizeBytes: await sizeOf(engine, namespace, runs),
      })),
    ),
  );
  job.plan(
    pieces.length,
    pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  let verdict: VerdictView = { pages: 0, differing: 0, slots: [], unreadable: 0, unknown: 0 };
  for (const { namespace, runs, sizeBytes } of pieces) {
    if (job.signal.aborted) break;
    checkpoint();
    const found = await grid.verify({ namespace, runs });
    grid.recompute(found.differing);
    verdict = {
      pages: verdict.pages + found.pages,
      differing: verdict.differing + found.differingCount,
      slots: [...verdict.slots, ...found.differing.map(({ leaf }) => leaf)].slice(0, NAMED),
      unreadable: verdict.unreadable + found.unreadable,
      unknown: verdict.unknown + found.unknown,
    };
    job.note({ verdict });
    job.step(sizeBytes);
  }
}

/** The whole slots that the tokens touch. */
function runsOf(range: TokenSpan | undefined): readonly LeafRun[] {
  if (range === undefined) return [{ from: 0, to: SLOT_COUNT }];
  const from = slotOf(range.start);
  const to = Math.ceil(range.end / SLOT_SIZE);
  if (from < to) return [{ from, to }];
  const head = { from, to: SLOT_COUNT };
  return to === 0 ? [head] : [{ from: 0, to }, head];
}

async function sizeOf(
  engine: Pick<StoreEngine, 'approximateSize'>,
  namespace: number,
  runs: readonly LeafRun[],
): Promise<number> {
  let sizeBytes = 0;
  for (const run of runs) sizeBytes += await engine.approximateSize(dataOfSlots(namespace, run));
  return sizeBytes;
}
