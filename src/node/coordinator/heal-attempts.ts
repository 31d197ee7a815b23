import { assert } from '../../stdx/assert.js';
import { toHex } from '../../stdx/bytes.js';
import { LruCache } from '../../stdx/lru-cache.js';
import { LIMITS } from '../core/limits.js';
import type { CorruptCopy } from './operation-context.js';

interface Failed {
  readonly waitMs: number;
  /** Monotonic. */
  readonly notBeforeMs: number;
}

/**
 * Lets each corrupt copy be healed by one attempt at a time, and after failures in a row ever more seldom.
 *
 * Whoever reads a key whose copies cannot be healed, for a majority of them is corrupt, would cause an attempt each time.
 * The longest wait is short, for what an attempt failed of may have ended: nodes that were not reached are back.
 */
export class HealAttempts {
  readonly #running = new Set<string>();
  /** What is forgotten may be tried again at once. */
  readonly #failed = new LruCache<string, Failed>({ maxEntries: LIMITS.failedHealsRemembered });

  /** Whether an attempt may begin now; one that does must be told to have succeeded or failed. */
  begin(copy: CorruptCopy, nowMs: number): boolean {
    if (this.#running.size >= LIMITS.backgroundHeals) return false;
    const id = idOf(copy);
    if (this.#running.has(id)) return false;
    if (nowMs < (this.#failed.get(id)?.notBeforeMs ?? 0)) return false;
    this.#running.add(id);
    return true;
  }

  succeeded(copy: CorruptCopy): void {
    const id = this.#end(copy);
    this.#failed.delete(id);
  }

  failed(copy: CorruptCopy, nowMs: number): void {
    const id = this.#end(copy);
    const last = this.#failed.get(id);
    const waitMs =
      last === undefined ? LIMITS.healAgainMs : Math.min(2 * last.waitMs, LIMITS.healAgainMaxMs);
    this.#failed.set(id, { waitMs, notBeforeMs: nowMs + waitMs });
  }

  #end(copy: CorruptCopy): string {
    const id = idOf(copy);
    const wasRunning = this.#running.delete(id);
    assert(wasRunning, 'an attempt to heal ends once');
    return id;
  }
}

function idOf({ namespace, key, nodeId }: CorruptCopy): string {
  return `${nodeId} ${toHex(key)} ${namespace}`;
}
