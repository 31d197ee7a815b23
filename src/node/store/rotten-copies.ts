import { toHex } from '../../stdx/bytes.js';
import { LIMITS } from '../core/limits.js';
import type { RottenReport } from '../core/views/damage-views.js';
import type { Clock } from '../env/clock.js';
import type { BatchOperation } from '../env/storage.js';
import type { Derivation, RecordChange } from './record-change.js';

/** A copy that could not be read. */
interface Rotten {
  /** When it was met last. */
  readonly atMs: number;
  readonly isHealed: boolean;
}

/**
 * Remembers which copies of a shard did not match their checksum within the last day, each once however often it was met, and whether
 * something was put in their place since. A copy that nobody heals is met again: the scrub looks at it every minute.
 */
export class RottenCopies implements Derivation {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** By their data key; the one that was met last is at the end. */
  readonly #copies = new Map<string, Rotten>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** A copy was met that cannot be read. */
  note(dataKey: Uint8Array): void {
    const name = toHex(dataKey);
    this.#copies.delete(name);
    this.#forget();
    if (this.#copies.size < LIMITS.rottenRemembered)
      this.#copies.set(name, { atMs: this.#clock.monotonicMs(), isHealed: false });
  }

  /** What is put in the place of such a copy heals it. */
  derive(changes: readonly RecordChange[]): readonly BatchOperation[] {
    if (this.#copies.size === 0) return [];
    for (const { dataKey, before } of changes) {
      const name = before === 'corrupt' ? toHex(dataKey) : '';
      const known = this.#copies.get(name);
      if (known !== undefined) this.#copies.set(name, { ...known, isHealed: true });
    }
    return [];
  }

  report(): RottenReport {
    this.#forget();
    let unhealed = 0;
    for (const { isHealed } of this.#copies.values()) if (!isHealed) unhealed += 1;
    return { rotten: this.#copies.size, unhealed };
  }

  #forget(): void {
    const sinceMs = this.#clock.monotonicMs() - LIMITS.rottenToldMs;
    for (const [name, { atMs }] of this.#copies) {
      if (atMs >= sinceMs) return;
      this.#copies.delete(name);
    }
  }
}
