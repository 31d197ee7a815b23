import type { Counter, Metrics, MetricSpec, Observer } from '../../../node/env/metrics.js';

const SENT_BYTES = 'kv_gossip_sent_bytes_total';
const SUSPICIONS = 'kv_gossip_suspicions_total';
const DEATHS = 'kv_gossip_deaths_total';

/** The metrics of all nodes of a run as one: sums of their counters, and the largest message that any of them sent. */
export class WholeTally implements Metrics {
  readonly #sums = new Map<string, number>();
  #largestMessageBytes = 0;

  sentBytes(): number {
    return this.#sums.get(SENT_BYTES) ?? 0;
  }

  largestMessageBytes(): number {
    return this.#largestMessageBytes;
  }

  suspicions(): number {
    return this.#sums.get(SUSPICIONS) ?? 0;
  }

  deaths(): number {
    return this.#sums.get(DEATHS) ?? 0;
  }

  counter({ name }: MetricSpec): Counter {
    return {
      inc: (amount = 1) => {
        this.#sums.set(name, (this.#sums.get(name) ?? 0) + amount);
        // One message at a time is counted.
        if (name === SENT_BYTES)
          this.#largestMessageBytes = Math.max(this.#largestMessageBytes, amount);
      },
    };
  }

  gauge(): { set(value: number): void } {
    return { set: () => undefined };
  }

  histogram(): Observer {
    return { observe: () => undefined };
  }

  gaugeFrom(): void {
    // Gauges are for those who look while it runs.
  }
}
