import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics, MetricSpec } from '../../env/metrics.js';

/** Buckets for durations of requests, in seconds: fine where a local store answers, coarse up to the request deadline. */
const DURATION_BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5,
];

interface GaugeFamily {
  readonly metric: Gauge;
  readonly readers: (() => void)[];
}

/** Metrics of one node in the text format of Prometheus. */
export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, GaugeFamily>();
  readonly #histograms = new Map<string, Histogram>();

  counter(spec: MetricSpec): { inc(amount?: number): void } {
    const make = (): Counter => new Counter(this.#base(spec));
    const child = memoize(this.#counters, spec.name, make).labels(spec.labels ?? {});
    // A counter that was never hit is told as 0, so that a rate over it is no gap.
    child.inc(0);
    return child;
  }

  gauge(spec: MetricSpec): { set(value: number): void } {
    return this.#gaugeFamily(spec).metric.labels(spec.labels ?? {});
  }

  histogram(
    spec: MetricSpec,
    buckets: readonly number[] = DURATION_BUCKETS,
  ): { observe(value: number): void } {
    const make = (): Histogram => new Histogram({ ...this.#base(spec), buckets: [...buckets] });
    return memoize(this.#histograms, spec.name, make).labels(spec.labels ?? {});
  }

  gaugeFrom(spec: MetricSpec, read: () => number): void {
    const family = this.#gaugeFamily(spec);
    const child = family.metric.labels(spec.labels ?? {});
    family.readers.push(() => {
      child.set(read());
    });
  }

  #gaugeFamily(spec: MetricSpec): GaugeFamily {
    return memoize(this.#gauges, spec.name, () => {
      const readers: (() => void)[] = [];
      const collect = (): void => {
        for (const read of readers) read();
      };
      return { metric: new Gauge({ ...this.#base(spec), collect }), readers };
    });
  }

  #base(spec: MetricSpec): {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
  } {
    const labelNames = Object.keys(spec.labels ?? {});
    return { name: spec.name, help: spec.help, labelNames, registers: [this.registry] };
  }
}

function memoize<T>(made: Map<string, T>, name: string, make: () => T): T {
  let one = made.get(name);
  if (one === undefined) {
    one = make();
    made.set(name, one);
  }
  return one;
}
