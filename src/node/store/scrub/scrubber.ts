import { toHex } from '../../../stdx/bytes.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { RING_SIZE } from '../../core/ring/token.js';
import { DATA_KEY_HEADER, tokenOfData, type DataKey } from '../../core/version/data-key.js';
import type { ScrubView } from '../../core/views/storage-views.js';
import type { NodeEnv } from '../../env/env.js';
import { StoreDamage } from '../../env/store-damage.js';
import type { EventSink } from '../../services.js';
import { readCopy, writeBeside, type BackgroundStore } from '../background-store.js';
import type { StoreFloors } from '../floors.js';
import { Pace, pause } from '../pace.js';
import { scrubMetrics, type ScrubMetrics } from './scrub-metrics.js';
import { PAGE_RECORDS, scrubPage } from './scrub-page.js';
import { placeAtStart, placeOperation, readPlace, type ScrubPlace } from './scrub-place.js';
import { unreadablePart } from './unreadable-part.js';

export interface ScrubberParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics'>;
  readonly store: BackgroundStore & { readonly floors: Pick<StoreFloors, 'resetRun'> };
  readonly events: EventSink;
  /** In what time all records are to be read once. */
  readonly cycleMs: number;
  /** Has a rotten copy of this node replaced by what the other replicas hold. */
  readonly heal: (copy: DataKey) => void;
}

/** So long between two copies that are to be healed: each takes a read of the other replicas. */
const HEAL_STEP_MS = 100;

/**
 * Reads every record now and then, slowly, and has what is rotten healed before too many copies of one record are: a copy that nobody
 * reads rots unseen. It takes a bounded share of time and of bytes, is spread over a cycle, and goes on after a restart where it was.
 */
export class Scrubber {
  readonly #parts: ScrubberParts;
  readonly #metrics: ScrubMetrics;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  readonly #owed = new Map<string, DataKey>();
  readonly #found = { records: 0, rotten: 0, unreadable: 0 };
  #place: ScrubPlace;
  /** Records of the next page: fewer after one that could not be read, until it is known where. */
  #limit = PAGE_RECORDS;
  #notedMs = 0;
  #notedPlace: ScrubPlace | undefined;
  #lookedMs = 0;
  #running: Promise<void> | undefined;

  constructor(parts: ScrubberParts) {
    const { clock, metrics } = parts.env;
    this.#parts = parts;
    this.#place = placeAtStart(clock.wallMs());
    this.#metrics = scrubMetrics(metrics, () => this.#ageSeconds());
    this.#pace = new Pace(clock, {
      restsPerWork: LIMITS.scrubRestsPerWork,
      bytesPerSecond: LIMITS.scrubBytesPerSecond,
    });
  }

  /** Scrubs from now on, until it is stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  view(): ScrubView {
    const { beganAtMs, endedAtMs, endedRecords } = this.#place;
    return {
      progress: this.#progress(),
      beganAtMs,
      cycleMs: this.#parts.cycleMs,
      endedAtMs: endedAtMs === 0 ? undefined : endedAtMs,
      endedRecords,
      ...this.#found,
    };
  }

  async #run(): Promise<void> {
    const { env, store, cycleMs } = this.#parts;
    const { signal } = this.#abort;
    await pause(env.clock, Math.min(LIMITS.scrubFirstMs, cycleMs / 100), signal);
    let isPlaced = false;
    while (!signal.aborted) {
      let restMs: number = LIMITS.scrubAgainMs;
      try {
        if (!isPlaced) this.#place = (await readPlace(store)) ?? this.#place;
        isPlaced = true;
        restMs = await this.#turn();
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        if (!this.#abort.signal.aborted)
          env.log.warn('the scrub was held up; it goes on later', { error });
      }
      await pause(env.clock, restMs, signal);
    }
    if (isPlaced) await this.#end();
  }

  /** So that the next run goes on here; after a failure of the store it begins at an earlier place. */
  async #end(): Promise<void> {
    try {
      await this.#note();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#parts.env.log.debug('the place of the scrub could not be written', { error });
    }
  }

  /** One page, or a look at what is still rotten; says how long to rest. */
  async #turn(): Promise<number> {
    const { clock } = this.#parts.env;
    await this.#lookAgain();
    const { next } = this.#place;
    if (next !== undefined) {
      if (this.#aheadMs() <= 0) await this.#read(next);
    } else if (clock.wallMs() - this.#place.beganAtMs >= this.#parts.cycleMs) {
      this.#place = placeAtStart(clock.wallMs(), this.#place);
    }
    if (this.#place.next === undefined || this.#isNoteDue()) await this.#note();
    return Math.min(Math.max(1, this.#aheadMs()), LIMITS.scrubAgainMs);
  }

  async #read(from: Uint8Array): Promise<void> {
    const { env, store } = this.#parts;
    const { signal } = this.#abort;
    try {
      const page = await this.#pace.work(signal, () => scrubPage(store, from, this.#limit));
      this.#limit = Math.min(2 * this.#limit, PAGE_RECORDS);
      this.#metrics.records.inc(page.records);
      this.#metrics.bytes.inc(page.sizeBytes);
      this.#found.records += page.records;
      const records = this.#place.records + page.records;
      const ended = { endedAtMs: env.clock.wallMs(), endedRecords: records };
      const end = page.next === undefined ? ended : {};
      this.#place = { ...this.#place, ...end, records, next: page.next };
      for (const copy of page.rotten) await this.#heal(copy, true);
    } catch (error) {
      if (!(error instanceof StoreDamage)) throw error;
      if (this.#limit === 1) await this.#skip(from, error);
      this.#limit = this.#limit === 1 ? PAGE_RECORDS : Math.ceil(this.#limit / 8);
    }
  }

  /** Somebody may have written it meanwhile: only what is rotten still is healed. */
  async #heal(copy: DataKey, isNew: boolean): Promise<void> {
    const { env, store, heal } = this.#parts;
    const name = keyName(copy);
    const deadlineMs = env.clock.monotonicMs() + LIMITS.backgroundSwapMs;
    const { kind } = await readCopy(store, copy, deadlineMs);
    if (kind === 'found' || kind === 'missing') this.#owed.delete(name);
    if (kind !== 'corrupt') return;
    if (isNew && !this.#owed.has(name)) {
      this.#found.rotten += 1;
      this.#metrics.rotten.inc();
    }
    if (this.#owed.size < LIMITS.scrubOwed) this.#owed.set(name, copy);
    heal(copy);
    await pause(env.clock, HEAL_STEP_MS, this.#abort.signal);
  }

  async #lookAgain(): Promise<void> {
    const nowMs = this.#parts.env.clock.monotonicMs();
    if (nowMs - this.#lookedMs < LIMITS.scrubAgainMs) return;
    this.#lookedMs = nowMs;
    for (const copy of [...this.#owed.values()]) {
      if (this.#abort.signal.aborted) return;
      await this.#heal(copy, false);
    }
  }

  /** What lies in a part that cannot be read is not known here: its slots are complete no more, and it goes on behind it. */
  async #skip(from: Uint8Array, error: StoreDamage): Promise<void> {
    const { events, store } = this.#parts;
    const { slots, next } = await unreadablePart(store, from);
    this.#found.unreadable += 1;
    this.#metrics.unreadable.inc();
    events.emit({
      kind: 'store',
      severity: 'bad',
      message: `a part of the store cannot be read (${error.message}): replace this node, or start it again with --accept-loss`,
    });
    for (const { namespace, ...run } of slots) await store.floors.resetRun(namespace, run);
    const endedAtMs = this.#parts.env.clock.wallMs();
    const end = next === undefined ? { endedAtMs, endedRecords: this.#place.records } : {};
    this.#place = { ...this.#place, ...end, next };
  }

  /** How much of the ring is read, of the namespace that the walk is in. */
  #progress(): number {
    const { next } = this.#place;
    if (next === undefined) return 1;
    return next.length < DATA_KEY_HEADER ? 0 : tokenOfData(next) / RING_SIZE;
  }

  /** How long until the place that it has reached is due: the work is spread over the cycle. */
  #aheadMs(): number {
    const { beganAtMs } = this.#place;
    const sinceMs = this.#parts.env.clock.wallMs() - beganAtMs;
    // A clock that was set back is not waited for.
    if (sinceMs < 0) this.#place = { ...this.#place, beganAtMs: beganAtMs + sinceMs };
    return this.#progress() * this.#parts.cycleMs - Math.max(0, sinceMs);
  }

  #isNoteDue(): boolean {
    return this.#parts.env.clock.monotonicMs() - this.#notedMs >= LIMITS.scrubNoteMs;
  }

  async #note(): Promise<void> {
    const { env, store } = this.#parts;
    if (this.#notedPlace === this.#place) return;
    this.#notedMs = env.clock.monotonicMs();
    const deadlineMs = this.#notedMs + LIMITS.backgroundSwapMs;
    const operations = [placeOperation(this.#place)];
    const place = this.#place;
    const outcome = await writeBeside(store, { operations, priority: 'background', deadlineMs });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'written') this.#notedPlace = place;
  }

  #ageSeconds(): number {
    const { endedAtMs } = this.#place;
    return endedAtMs === 0 ? -1 : (this.#parts.env.clock.wallMs() - endedAtMs) / 1000;
  }
}

function keyName({ namespace, key }: DataKey): string {
  return `${namespace} ${toHex(key)}`;
}
