import { FifoQueue } from '../../stdx/fifo-queue.js';
import { LIMITS } from '../core/limits.js';
import type { Mutation, PendingMutation } from './mutation.js';

/** What a batch holds so far, in bytes. */
export interface BatchLoad {
  readonly sizeBytes: number;
  readonly liveBytes: number;
}

interface Lane {
  readonly items: FifoQueue<PendingMutation>;
  readonly boundBytes: number;
  sizeBytes: number;
}

/**
 * Mutations waiting for a batch, bounded in bytes: live ones first, while the background keeps a share of each batch,
 * and all of it when nothing live waits.
 */
export class MutationQueue {
  readonly #live = newLane(LIMITS.writerQueueBytes);
  readonly #background = newLane(LIMITS.writerBackgroundQueueBytes);
  /** What the background may still take; a record larger than the share is paid for by the next batches. */
  #creditBytes = 0;

  get sizeBytes(): number {
    return this.#live.sizeBytes + this.#background.sizeBytes;
  }

  get size(): number {
    return this.#live.items.size + this.#background.items.size;
  }

  /** False, and nothing done, when the bound is reached. */
  push(pending: PendingMutation, priority: Mutation['priority']): boolean {
    const lane = priority === 'live' ? this.#live : this.#background;
    // An empty lane takes a record of any size; else one larger than the bound could never be written.
    if (lane.items.size > 0 && lane.sizeBytes + pending.sizeBytes > lane.boundBytes) return false;
    lane.items.push(pending);
    lane.sizeBytes += pending.sizeBytes;
    return true;
  }

  /** A new batch begins: the background gets its share of it. */
  beginBatch(): void {
    const share = LIMITS.writerBackgroundBatchBytes;
    this.#creditBytes = Math.min(share, this.#creditBytes + share);
  }

  /** The next mutation for a batch with this load, or undefined when none fits; an empty batch takes one of any size. */
  next(load: BatchLoad): { pending: PendingMutation; priority: Mutation['priority'] } | undefined {
    const room = load.sizeBytes === 0 ? Infinity : LIMITS.writerBatchBytes - load.sizeBytes;
    const live = this.#largeBackgroundIsDue(load)
      ? undefined
      : take(this.#live, room - this.#keptBytes());
    if (live !== undefined) return { pending: live, priority: 'live' };
    const alone = this.#live.items.size === 0 && load.liveBytes === 0;
    if (!alone && this.#creditBytes <= 0) return undefined;
    const background = take(this.#background, room);
    if (background === undefined) return undefined;
    if (!alone) this.#creditBytes -= background.sizeBytes;
    return { pending: background, priority: 'background' };
  }

  /** What live mutations leave of a batch to the background. */
  #keptBytes(): number {
    return Math.min(Math.max(0, this.#creditBytes), this.#background.sizeBytes);
  }

  /** A background record larger than the share would never fit behind live ones: it opens a batch when its credit is whole. */
  #largeBackgroundIsDue(load: BatchLoad): boolean {
    const share = LIMITS.writerBackgroundBatchBytes;
    const head = this.#background.items.peek();
    if (head === undefined || head.sizeBytes <= share) return false;
    return load.sizeBytes === 0 && this.#creditBytes === share;
  }

  /** Takes everything out, for a store that has failed. */
  drain(): PendingMutation[] {
    const all: PendingMutation[] = [];
    for (const lane of [this.#live, this.#background])
      for (let item = take(lane, Infinity); item !== undefined; item = take(lane, Infinity))
        all.push(item);
    return all;
  }
}

function newLane(boundBytes: number): Lane {
  return { items: new FifoQueue(), boundBytes, sizeBytes: 0 };
}

function take(lane: Lane, room: number): PendingMutation | undefined {
  const head = lane.items.peek();
  if (head === undefined || head.sizeBytes > room) return undefined;
  lane.items.shift();
  lane.sizeBytes -= head.sizeBytes;
  return head;
}
