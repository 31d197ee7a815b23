import { assert } from '../../stdx/assert.js';
import { formatSize } from '../../stdx/size.js';
import { KvError } from '../core/errors.js';

/** What one request costs beside its bytes: the objects that carry it. */
export const REQUEST_OVERHEAD_BYTES = 512;

/**
 * Bytes that may be admitted and not yet answered at once; what goes over is refused at once, never queued.
 * A child takes its bytes from its parent too: a session from the clients, the clients from the node.
 */
export class ByteBudget {
  readonly #limitBytes: number;
  readonly #parent: ByteBudget | undefined;
  #usedBytes = 0;
  #refused = 0;

  constructor(limitBytes: number, parent?: ByteBudget) {
    assert(limitBytes > 0, 'a budget has room');
    this.#limitBytes = limitBytes;
    this.#parent = parent;
  }

  /** Bytes admitted and not released yet. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Requests that did not fit here so far. */
  get refused(): number {
    return this.#refused;
  }

  /** A part of this budget with a bound of its own. */
  child(limitBytes: number): ByteBudget {
    return new ByteBudget(limitBytes, this);
  }

  /** True when the bytes are admitted, here and in all parents; each is released once. One request is admitted at any size when nothing else is. */
  admit(sizeBytes: number): boolean {
    if (!this.#fits(sizeBytes)) {
      this.#refused += 1;
      return false;
    }
    if (this.#parent?.admit(sizeBytes) === false) return false;
    this.#usedBytes += sizeBytes;
    return true;
  }

  /** Gives back what `admit` took. */
  release(sizeBytes: number): void {
    this.#usedBytes -= sizeBytes;
    assert(this.#usedBytes >= 0, 'only what was admitted is released');
    this.#parent?.release(sizeBytes);
  }

  /** The error for what was not admitted. */
  overloaded(what: string): KvError {
    return new KvError(
      'KV_OVERLOADED',
      `overloaded: ${what} has ${formatSize(this.#usedBytes)} of unanswered requests, the bound is ${formatSize(this.#limitBytes)}; slow down and retry`,
    );
  }

  #fits(sizeBytes: number): boolean {
    return this.#usedBytes === 0 || this.#usedBytes + sizeBytes <= this.#limitBytes;
  }
}
