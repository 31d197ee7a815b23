import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Labels, Metrics, MetricSpec } from '../../env/metrics.js';

/** Buckets for durations of requests, in seconds: fine where a local store answers, coarse up to the request deadline. */
const DURATION_BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5,
];

interface Family<M> {
  readonly metric: M;
  readonly readers: (() => void)[];
}

/** Metrics of one node in the text format of Prometheus. */
export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Family<Counter>>();
  readonly #gauges = new Map<string, Family<Gauge>>();
  readonly #histograms = new Map<string, Family<Histogram>>();

  counter(spec: MetricSpec): { inc(amount?: number): void } {
    const { metric } = familyOf(this.#counters, spec.name, () => new Counter(this.#base(spec)));
    const child = metric.labels(spec.labels ?? {});
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
    return familyOf(this.#histograms, spec.name, make).metric.labels(spec.labels ?? {});
  }

  gaugeFrom(spec: MetricSpec, read: () => number): void {
    const family = this.#gaugeFamily(spec);
    const child = family.metric.labels(spec.labels ?? {});
    family.readers.push(() => {
      child.set(read());
    });
  }

  #gaugeFamily(spec: MetricSpec): Family<Gauge> {
    const readers: (() => void)[] = [];
    const collect = (): void => {
      for (const read of readers) read();
    };
    return familyOf(
      this.#gauges,
      spec.name,
      () => new Gauge({ ...this.#base(spec), collect }),
      readers,
    );
  }

  #base(spec: MetricSpec): {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
  } {
    const labelNames = Object.keys(spec.labels ?? ({} satisfies Labels));
    return { name: spec.name, help: spec.help, labelNames, registers: [this.registry] };
  }
}

function familyOf<M>(
  families: Map<string, Family<M>>,
  name: string,
  make: () => M,
  readers: (() => void)[] = [],
): Family<M> {
  let family = families.get(name);
  if (family === undefined) {
    family = { metric: make(), readers };
    families.set(name, family);
  }
  return family;
}
