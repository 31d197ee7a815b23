import { LIMITS } from '../../core/limits.js';
import type { Clock } from '../../env/clock.js';
import type { StorageFigures } from '../../env/storage.js';
import { pause } from '../pace.js';
import type { StoreEngine } from '../store.js';
import { planCompaction, type CompactionScope } from './compaction-plan.js';
import type { JobProgress } from './storage-job.js';

export interface CompactionParts {
  readonly engine: StoreEngine;
  readonly clock: Clock;
}

/** A range that holds no key: to compact it writes the memory to tables. */
const NOTHING = { gte: Uint8Array.of(0), lt: Uint8Array.of(0) };

/**
 * Has the tables of a scope written anew, part by part, and rests after each for as long as it took: what was replaced and deleted goes,
 * and space comes back. Stopped between two parts, what was done stays done. @throws KvError KV_STORE_FAILED
 */
export async function compact(
  { engine, clock }: CompactionParts,
  scope: CompactionScope,
  job: JobProgress,
): Promise<void> {
  // What is in memory only would count as growth.
  await engine.compact(NOTHING);
  const parts = await planCompaction(engine, scope);
  job.plan(
    parts.length,
    parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  job.note({ beforeBytes: tableBytes(await engine.figures()) });
  for (const part of parts) {
    if (job.signal.aborted) break;
    const startMs = clock.monotonicMs();
    await engine.compact(part);
    job.step(part.sizeBytes);
    const restMs = (clock.monotonicMs() - startMs) * LIMITS.compactRestsPerWork;
    if (part !== parts.at(-1)) await pause(clock, restMs, job.signal);
  }
  job.note({ afterBytes: tableBytes(await engine.figures()) });
}

/** Has what is only in memory, and in the log, written to tables. @throws KvError KV_STORE_FAILED */
export async function flush(engine: StoreEngine, job: JobProgress): Promise<void> {
  job.plan(1, 0);
  job.note({ beforeBytes: tableBytes(await engine.figures()) });
  await engine.compact(NOTHING);
  job.step(0);
  job.note({ afterBytes: tableBytes(await engine.figures()) });
}

/** Bytes of all tables. */
function tableBytes({ levels }: StorageFigures): number {
  return levels.reduce((sum, { bytes }) => sum + bytes, 0);
}
