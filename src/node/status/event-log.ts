import { LIMITS } from '../core/limits.js';
import type { EventView } from '../core/views/event-views.js';
import type { Clock } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import { RingBuffer } from '../../stdx/ring-buffer.js';
import type { EventSink } from '../services.js';

/** Keeps the last events of this node, numbered, so that a reader sees whether it missed some; each is a log line too. */
export class EventLog implements EventSink {
  readonly #events = new RingBuffer<EventView>(LIMITS.events);
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #node: () => string;
  #sequence = 0;

  constructor(clock: Clock, log: Logger, node: () => string) {
    this.#clock = clock;
    this.#log = log;
    this.#node = node;
  }

  emit(event: Pick<EventView, 'kind' | 'severity' | 'message'>): void {
    this.#sequence += 1;
    this.#events.push({
      sequence: this.#sequence,
      atMs: this.#clock.wallMs(),
      node: this.#node(),
      ...event,
    });
    const level = event.severity === 'info' ? 'info' : event.severity === 'warn' ? 'warn' : 'error';
    this.#log[level](event.message, { event: event.kind, sequence: this.#sequence });
  }

  /** Number of the newest event; zero before the first. */
  sequence(): number {
    return this.#sequence;
  }

  /** Events after a number, oldest first, the newest `limit` of them. */
  after(sequence: number, limit: number = LIMITS.events): readonly EventView[] {
    const later = this.#events.toArray().filter((event) => event.sequence > sequence);
    return later.slice(Math.max(0, later.length - limit));
  }
}
