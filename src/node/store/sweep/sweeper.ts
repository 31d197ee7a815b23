import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { ClusterSettings } from '../../core/settings.js';
import type { NodeEnv } from '../../env/env.js';
import type { HlcService } from '../../services.js';
import type { BackgroundStore } from '../background-store.js';
import { buildIndexes } from '../indexes/index-builder.js';
import { expiryBound } from '../indexes/index-keys.js';
import { Pace, pause } from '../pace.js';
import { sweepMetrics } from './sweep-metrics.js';
import type { SweepMetrics } from './sweep-metrics.js';
import { sweepPage } from './sweep-page.js';

export interface SweeperParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics'>;
  readonly store: BackgroundStore;
  readonly hlc: Pick<HlcService, 'ownMs'>;
  /** Whether the clock can be relied on: another one was heard, or there is none to hear. */
  readonly isCompared: () => boolean;
  readonly settings: () => Pick<ClusterSettings, 'clockSkewMaxMs'>;
}

/**
 * Drops the values of copies that expired, a good while after nobody could still read or write them: a copy is due when it
 * expired for every clock within the bound on skew, and when the last attempt of its write has run out of time as well.
 *
 * Readers see no difference: an expired copy and its tombstone have one version, and shadow the same. So it matters to nobody
 * when each replica sweeps, and a walk that was cut off just begins again. It takes a bounded share of time and of bytes, and
 * its changes go through the background lane of the writer: behind those of clients.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #metrics: SweepMetrics;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  /** Where the walk goes on: LevelDB takes long to walk over what was deleted until it is compacted. */
  #cursor = START;
  #begunMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#metrics = sweepMetrics(parts.env.metrics);
    this.#pace = new Pace(parts.env.clock, {
      restsPerWork: LIMITS.sweepRestsPerWork,
      bytesPerSecond: LIMITS.sweepBytesPerSecond,
    });
  }

  /** Sweeps from now on, until it is stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts.env;
    const { signal } = this.#abort;
    let isIndexed = false;
    while (!signal.aborted) {
      let restMs: number = LIMITS.sweepEveryMs;
      try {
        if (!isIndexed) await this.#index();
        isIndexed = true;
        await this.#walk();
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        this.#failed(error);
        restMs = LIMITS.sweepAfterFailureMs;
      }
      await pause(clock, restMs, signal);
    }
  }

  async #index(): Promise<void> {
    const { store, env } = this.#parts;
    await buildIndexes({ store, clock: env.clock, pace: this.#pace }, this.#abort.signal);
  }

  async #walk(): Promise<void> {
    const { store, env } = this.#parts;
    const { signal } = this.#abort;
    const parts = { store, clock: env.clock, metrics: this.#metrics };
    const dueMs = this.#dueMs();
    this.#begin();
    while (!signal.aborted && dueMs >= 0) {
      const page = await this.#pace.work(signal, () =>
        sweepPage(parts, { from: this.#cursor, dueMs }),
      );
      this.#metrics.lag.set(page.oldestMs === undefined ? 0 : (dueMs - page.oldestMs) / 1000);
      if (page.next === undefined) return;
      this.#cursor = page.next;
      if (page.isHeldUp) return;
    }
  }

  /** Now and then from the start: what a repair brings may have expired long ago. */
  #begin(): void {
    const nowMs = this.#parts.env.clock.monotonicMs();
    if (nowMs - this.#begunMs < LIMITS.sweepAgainMs) return;
    this.#begunMs = nowMs;
    this.#cursor = START;
  }

  /**
   * Copies that expired then, or before, are due; negative when nothing is known of the time. What counts is the time of this node alone,
   * once it was compared with that of its peers: no stamp that came from elsewhere makes anything due, and the bound on skew is taken off.
   */
  #dueMs(): number {
    const { hlc, isCompared, settings } = this.#parts;
    if (!isCompared()) return -1;
    // Not a reading: that would take a wall clock which may be wrong into the time that all others merge, though nobody asked.
    const nowMs = hlc.ownMs();
    return nowMs - settings().clockSkewMaxMs - LIMITS.clientTotalMs;
  }

  #failed(error: KvError): void {
    this.#metrics.failures.inc();
    this.#parts.env.log.warn('expired values could not be swept; it is tried again', { error });
  }
}

const START = expiryBound(0);
