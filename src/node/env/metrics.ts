/** Names of labels and their values; the set of values must be small and bounded. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  inc(amount?: number): void;
}

interface Gauge {
  set(value: number): void;
}

export interface Observer {
  /** Durations in seconds, sizes in bytes, as Prometheus wants them. */
  observe(value: number): void;
}

/** What one metric is called, what it means, and the labels of this instance of it. */
export interface MetricSpec {
  /** Prometheus name, `kv_` first, unit last: `kv_peer_bytes_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: Labels | undefined;
}

/** Makes metrics; the same name and labels give the same instance, so callers keep what they get. */
export interface Metrics {
  counter(spec: MetricSpec): Counter;
  gauge(spec: MetricSpec): Gauge;
  /** `buckets` in the unit of the name; the default suits request durations in seconds. */
  histogram(spec: MetricSpec, buckets?: readonly number[]): Observer;
  /** Calls `read` whenever the metrics are collected: for values that already exist elsewhere. */
  gaugeFrom(spec: MetricSpec, read: () => number): void;
}
