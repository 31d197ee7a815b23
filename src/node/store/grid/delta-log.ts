import { FifoQueue } from '../../../stdx/fifo-queue.js';
import type { BatchOperation } from '../../env/storage.js';
import { deltaKey } from './grid-keys.js';

/** Deltas deleted by one batch; each batch adds one at most, so more than one catches up. */
const DELETED_PER_BATCH = 64;

/** The deltas that are on the disk: of each batch, in order. */
export class DeltaLog {
  readonly #held = new FifoQueue<{ readonly sequence: number; readonly sizeBytes: number }>();
  #sizeBytes = 0;

  get count(): number {
    return this.#held.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(sequence: number, sizeBytes: number): void {
    this.#held.push({ sequence, sizeBytes });
    this.#sizeBytes += sizeBytes;
  }

  /** The end of those before `neededFrom`, some at a time. */
  deletions(neededFrom: number): readonly BatchOperation[] {
    const operations: BatchOperation[] = [];
    while (operations.length < DELETED_PER_BATCH) {
      const oldest = this.#held.peek();
      if (oldest === undefined || oldest.sequence >= neededFrom) break;
      this.#held.shift();
      this.#sizeBytes -= oldest.sizeBytes;
      operations.push({ type: 'del', key: deltaKey(oldest.sequence) });
    }
    return operations;
  }
}
