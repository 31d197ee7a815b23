import type { LogFields, Logger } from '../node/env/log.js';
import type { Labels, Metrics, MetricSpec } from '../node/env/metrics.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly component: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps the last lines of a simulated node, for stories and tests. */
export class LogRecorder {
  readonly lines: LogLine[] = [];
  readonly #capacity: number;

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  /** A logger that writes here. */
  logger(component: string): Logger {
    const write =
      (level: LogLine['level']) =>
      (message: string, fields: LogFields = {}): void => {
        this.lines.push({ level, component, message, fields });
        if (this.lines.length > this.#capacity) this.lines.shift();
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (name) => this.logger(name),
    };
  }
}

/** Metrics kept as plain numbers, readable by name and labels. */
export class MetricsRecorder implements Metrics {
  readonly #values = new Map<string, number>();
  readonly #readers = new Map<string, () => number>();

  /** The sum of a counter or histogram, or the value of a gauge; zero when it was never touched. */
  value(name: string, labels: Labels = {}): number {
    const key = keyOf(name, labels);
    return this.#readers.get(key)?.() ?? this.#values.get(key) ?? 0;
  }

  counter(spec: MetricSpec): { inc(amount?: number): void } {
    const key = keyOf(spec.name, spec.labels);
    return {
      inc: (amount = 1) => void this.#values.set(key, (this.#values.get(key) ?? 0) + amount),
    };
  }

  gauge(spec: MetricSpec): { set(value: number): void } {
    const key = keyOf(spec.name, spec.labels);
    return { set: (value) => void this.#values.set(key, value) };
  }

  histogram(spec: MetricSpec): { observe(value: number): void } {
    const counter = this.counter(spec);
    return {
      observe: (value) => {
        counter.inc(value);
      },
    };
  }

  gaugeFrom(spec: MetricSpec, read: () => number): void {
    this.#readers.set(keyOf(spec.name, spec.labels), read);
  }
}

function keyOf(name: string, labels: Labels = {}): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([label, value]) => `${label}=${value}`).join(',')}}`;
}
