import { Figures } from './figures.js';

/** One minute of the load: latencies by when operations were due, stalls by when they ended. */
export interface Minute {
  readonly figures: Figures;
  /** Processor time of the whole process in that minute, of one core. */
  cpu: number;
}

const MINUTE_MS = 60_000;

/** The load minute by minute, and all of it. */
export class Minutes {
  readonly all = new Figures();
  readonly #beganMs = performance.now();
  readonly #minutes: Minute[] = [];
  readonly #onMinute: (minute: Minute, number: number) => void;
  #cpu = process.cpuUsage();
  #cpuAtMs = this.#beganMs;
  #closed = 0;

  constructor(onMinute: (minute: Minute, number: number) => void) {
    this.#onMinute = onMinute;
  }

  get list(): readonly Minute[] {
    return this.#minutes;
  }

  get tookMs(): number {
    return performance.now() - this.#beganMs;
  }

  latency(dueMs: number, ms: number): void {
    this.#at(dueMs).figures.latencies.record(ms);
    this.all.latencies.record(ms);
  }

  stall(endedMs: number, ms: number): void {
    this.#at(endedMs).figures.stalled(ms);
    this.all.stalled(ms);
  }

  /** Tells of the minutes that are over; to be called often. */
  tick(): void {
    while (this.tookMs >= (this.#closed + 1) * MINUTE_MS) this.#close();
  }

  /** Tells of the last one, which may be a part of a minute. */
  end(): void {
    this.tick();
    if (this.#closed < this.#minutes.length) this.#close();
  }

  #at(atMs: number): Minute {
    return this.#nth(Math.max(0, Math.floor((atMs - this.#beganMs) / MINUTE_MS)));
  }

  #nth(index: number): Minute {
    while (this.#minutes.length <= index) this.#minutes.push({ figures: new Figures(), cpu: 0 });
    return this.#minutes[index]!;
  }

  #close(): void {
    const minute = this.#nth(this.#closed);
    const { user, system } = process.cpuUsage(this.#cpu);
    const nowMs = performance.now();
    minute.cpu = (user + system) / 1000 / Math.max(1, nowMs - this.#cpuAtMs);
    this.#cpu = process.cpuUsage();
    this.#cpuAtMs = nowMs;
    this.#closed += 1;
    this.#onMinute(minute, this.#closed);
  }
}
