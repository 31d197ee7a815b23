import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { ProcessFacts } from '../../env/process-facts.js';

const WINDOW_MS = 60_000;
const NANOSECONDS_PER_MS = 1e6;

/** Facts of the running Node.js process. */
export class NodeProcessFacts implements ProcessFacts {
  readonly pid = process.pid;
  readonly nodeVersion = process.versions.node;
  readonly release: string;
  readonly #delay: IntervalHistogram;
  #windowStartMs = performance.now();
  #lastP99Ms = 0;

  constructor(release: string) {
    this.release = release;
    this.#delay = monitorEventLoopDelay({ resolution: 20 });
    this.#delay.enable();
  }

  rssBytes(): number {
    return process.memoryUsage.rss();
  }

  heapBytes(): number {
    return process.memoryUsage().heapUsed;
  }

  eventLoopDelayP99Ms(): number {
    const p99Ms = this.#delay.percentile(99) / NANOSECONDS_PER_MS;
    if (performance.now() - this.#windowStartMs > WINDOW_MS) {
      this.#windowStartMs = performance.now();
      this.#delay.reset();
    }
    // Before the first sample of a window the histogram says 0; the last figure is truer.
    if (p99Ms > 0) this.#lastP99Ms = p99Ms;
    return this.#lastP99Ms;
  }

  close(): void {
    this.#delay.disable();
  }
}
