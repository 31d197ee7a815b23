import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMarkers, SequenceMarkers } from '../../src/node/store/sequence-markers.js';
import type { MarkerWindow } from '../../src/node/store/sequence-markers.js';
import { markerKey, sequenceOf } from '../../src/node/store/system-keys.js';
import { MemoryDisk } from '../../src/sim/memory-disk.js';
import type { BatchOperation, Storage } from '../../src/node/env/storage.js';

const MB = 1024 * 1024;
const WINDOW = 8 * MB;
const OPTIONS = { cacheBytes: 1, writeBufferBytes: 1, maxFileBytes: 1 };

const runs = fc.array(
  fc.array(fc.oneof(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 1, max: 3 * MB })), {
    maxLength: 60,
  }),
  { minLength: 1, maxLength: 3 },
);

/** Applies marker operations to a plain set, as the storage does. */
function applyTo(present: Set<number>, operations: readonly BatchOperation[]): void {
  for (const { type, key } of operations) {
    if (type === 'put') present.add(sequenceOf(key));
    else present.delete(sequenceOf(key));
  }
}

it('the markers that are kept are contiguous, and cover every batch in the newest bytes, over restarts', () => {
  fc.assert(
    fc.property(runs, (lives) => {
      const present = new Set<number>();
      const sizes = [0];
      let found: MarkerWindow = { low: 0, last: 0 };
      for (const batches of lives) {
        const markers = new SequenceMarkers(found, WINDOW);
        for (const sizeBytes of batches) {
          applyTo(present, markers.stamp(sizeBytes));
          sizes.push(sizeBytes);
          expect(markers.last).toBe(sizes.length - 1);
          const low = Math.min(...present);
          expect(present.size).toBe(markers.last - low + 1);
          // All that might still be only in a log has its marker: the newest batches up to the window.
          let newer = 0;
          for (let sequence = markers.last; sequence > 0 && newer < WINDOW; sequence--) {
            expect(present.has(sequence)).toBe(true);
            newer += sizes[sequence]!;
          }
        }
        if (present.size > 0) found = { low: Math.min(...present), last: markers.last };
      }
    }),
  );
});

it('markers far outside the window go, so that their number stays bounded', () => {
  const markers = new SequenceMarkers({ low: 0, last: 0 }, WINDOW);
  const present = new Set<number>();
  for (let i = 0; i < 20_000; i++) applyTo(present, markers.stamp(2048));
  expect(present.size).toBeLessThan((WINDOW + 2 * MB) / 2048);
  expect(present.has(20_000)).toBe(true);
});

async function storageWith(batches: number, missing: readonly number[]): Promise<Storage> {
  const storage = await new MemoryDisk().openStorage('s', OPTIONS);
  const markers = new SequenceMarkers({ low: 0, last: 0 }, 2 * MB);
  for (let i = 0; i < batches; i++) await storage.write(markers.stamp(400_000), { sync: true });
  const holes: BatchOperation[] = missing.map((at) => ({ type: 'del', key: markerKey(at) }));
  await storage.write(holes, { sync: true });
  return storage;
}

it('any batch missing from the kept window is found, and a whole window is read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(), async (batches, pick) => {
      const whole = await readMarkers(await storageWith(batches, []));
      expect(whole.last).toBe(batches);
      const hole = whole.low + (pick % (batches - whole.low + 1));
      // Without the newest marker the sequence ends one earlier: that is what peers notice.
      if (hole === batches) return;
      await expect(readMarkers(await storageWith(batches, [hole]))).rejects.toMatchObject({
        code: 'KV_STORE_FAILED',
        message: expect.stringContaining(`Batch ${hole} is missing`) as string,
      });
    }),
    { numRuns: 60 },
  );
});
