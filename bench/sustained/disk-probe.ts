import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Histogram, type HistogramSnapshot } from '../../src/stdx/histogram.js';

const PROBE_MS = 2_000;
const PROBE_BYTES = 10_240;

/** How long the disk takes for one synced write after the other, without any store: no p99 of a store can be better. */
export async function probeDisk(folder: string, isOver: () => boolean): Promise<HistogramSnapshot> {
  const file = await open(join(folder, 'probe'), 'w');
  const took = new Histogram();
  const block = new Uint8Array(PROBE_BYTES).fill(1);
  try {
    for (const startMs = performance.now(); performance.now() - startMs < PROBE_MS && !isOver();) {
      const sentMs = performance.now();
      await file.write(block);
      await file.datasync();
      took.record(performance.now() - sentMs);
    }
  } finally {
    await file.close();
  }
  return took.snapshot();
}
