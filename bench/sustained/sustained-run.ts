import type { BoundedDirectory } from './disk-bound.js';
import { Figures } from './figures.js';
import type { LoadedStore } from './loaded-store.js';
import type { Minutes } from './minutes.js';
import { OpenLoop, type Stretch } from './open-loop.js';
import type { SustainedOptions } from './options.js';
import { RateSearch } from './rate-search.js';

/** What one window of a rate has shown. */
export interface WindowRow {
  readonly atS: number;
  readonly rate: number;
  readonly p99Ms: number;
  readonly held: boolean;
  readonly quick: boolean;
}

/** The highest rate that was found, and all that was due since it was held. */
export interface Held {
  readonly rate: number;
  readonly windows: number;
  readonly figures: Figures;
}

export interface RunParts {
  readonly options: SustainedOptions;
  readonly store: LoadedStore;
  readonly directory: BoundedDirectory;
  readonly minutes: Minutes;
  /** Why the run is over before its time; undefined when it is not. */
  readonly interrupted: () => string | undefined;
}

const TICK_MS = 50;
const DISK_EVERY_MS = 5_000;
const WINDOWS = 40;
const WINDOW_MS = { least: 1_000, most: 30_000 };
/** So much of a window passes after a change of the rate before it counts. */
const SETTLE = 0.2;
/** The rate is more than the store takes when operations are begun so long after they were due. */
const BEHIND_MS = 1_000;
/** All that is under way is answered within this, or the store hangs. */
const ANSWERED_MS = 120_000;

/** Sustained load on a store: at one rate, or at rates among which the highest that is quick enough is searched for. */
export class SustainedRun {
  readonly #parts: RunParts;
  readonly #loop: OpenLoop;
  readonly #search: RateSearch | undefined;
  readonly #windowMs: number;
  readonly #totalMs: number;
  readonly windows: WindowRow[] = [];
  #held: Held | undefined;
  #over: string | undefined;
  #diskAtMs = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { options, store, minutes } = parts;
    this.#totalMs = options.minutes * 60_000;
    this.#loop = new OpenLoop({
      operation: store.next,
      endMs: performance.now() - minutes.tookMs + this.#totalMs,
      onLatency: (dueMs, ms) => {
        minutes.latency(dueMs, ms);
      },
      onStall: (endedMs, ms) => {
        minutes.stall(endedMs, ms);
      },
    });
    this.#search = options.rate === undefined ? new RateSearch() : undefined;
    this.#windowMs = Math.min(WINDOW_MS.most, Math.max(WINDOW_MS.least, this.#totalMs / WINDOWS));
  }

  get windowMs(): number {
    return this.#windowMs;
  }

  /** Why it ended before its time; undefined when it did not. */
  get endedBy(): string | undefined {
    return this.#over;
  }

  get held(): Held | undefined {
    return this.#held;
  }

  /** Runs until the time is over, or there is a reason to stop. @throws Error when an operation failed */
  async run(): Promise<void> {
    const loop = this.#loop;
    loop.setRate(this.#rate());
    const pump = loop.run();
    let stretch = loop.begin();
    while (!this.#isOver()) {
      await this.#last(this.#windowMs);
      if (!this.#isOver() || this.#search === undefined) stretch = await this.#judge(stretch);
    }
    loop.giveUp();
    loop.stop();
    await pump;
    loop.begin();
    await answered(stretch);
    this.#parts.minutes.end();
    if (loop.failure !== undefined) throw loop.failure;
  }

  /** What the window has shown decides about the next one. */
  async #judge(ended: Stretch): Promise<Stretch> {
    const [loop, search, rate] = [this.#loop, this.#search, this.#rate()];
    const behind = loop.lagMs() > BEHIND_MS;
    if (search !== undefined && behind) loop.giveUp();
    const next = loop.begin();
    await answered(ended);
    const p99Ms = ended.figures.latencies.percentile(99);
    const held = search?.holding ?? true;
    const quick = search?.judge({ p99Ms, behind }) ?? true;
    const atS = Math.round(this.#parts.minutes.tookMs / 1000);
    this.windows.push({ atS, rate, p99Ms, held, quick });
    if (held) this.#hold(rate, ended.figures);
    if (quick && this.#rate() === rate) return next;
    loop.setRate(this.#rate());
    await this.#last(this.#windowMs * SETTLE);
    return loop.begin();
  }

  #hold(rate: number, figures: Figures): void {
    const held =
      this.#held?.rate === rate ? this.#held : { rate, windows: 0, figures: new Figures() };
    held.figures.merge(figures);
    this.#held = { ...held, windows: held.windows + 1 };
  }

  #rate(): number {
    return this.#parts.options.rate ?? this.#search?.rate ?? 0;
  }

  #isOver(): boolean {
    this.#over ??= this.#parts.interrupted();
    const isFailed = this.#loop.failure !== undefined;
    return isFailed || this.#over !== undefined || this.#parts.minutes.tookMs >= this.#totalMs;
  }

  /** Waits so long; less when the run is over, or a rate that is tried is too much. */
  async #last(ms: number): Promise<void> {
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs && !this.#isOver()) {
      if (this.#search !== undefined && this.#loop.lagMs() > BEHIND_MS) return;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      this.#parts.minutes.tick();
      if (performance.now() - this.#diskAtMs < DISK_EVERY_MS) continue;
      this.#diskAtMs = performance.now();
      this.#over ??= await this.#parts.directory.reasonToStop();
    }
  }
}

/** Waits until all that was due in a stretch that has ended is answered. @throws Error when it is not within two minutes */
async function answered({ closed }: Stretch): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`puts were not answered within ${ANSWERED_MS / 1000} s`));
    }, ANSWERED_MS);
  });
  try {
    await Promise.race([closed?.promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
