const EVERY_MS = 500;
const LINE_MS = 10_000;
const CLEAR_LINE = '\r\x1b[K';

export interface ProgressSink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * How far long work is, on standard error: on a terminal one line that is written over, twice a second at most; elsewhere a line
 * every ten seconds.
 */
export class Progress {
  readonly #sink: ProgressSink;
  readonly #nowMs: () => number;
  readonly #write: (text: string) => Promise<void>;
  #shownMs: number;
  #open = false;

  constructor(sink: ProgressSink, nowMs: () => number, write: (text: string) => Promise<void>) {
    this.#sink = sink;
    this.#nowMs = nowMs;
    this.#write = write;
    this.#shownMs = nowMs();
  }

  /** Says how far it is, if it is time. */
  async say(text: () => string): Promise<void> {
    const terminal = this.#sink.isTTY === true;
    if (this.#nowMs() - this.#shownMs < (terminal ? EVERY_MS : LINE_MS)) return;
    this.#shownMs = this.#nowMs();
    this.#open = terminal;
    // A terminal that does not know its size says 0.
    const columns = this.#sink.columns ?? 0;
    const width = (columns > 0 ? columns : 80) - 1;
    await this.#write(terminal ? `${CLEAR_LINE}${text().slice(0, width)}` : `${text()}\n`);
  }

  /** Clears the line. */
  async end(): Promise<void> {
    if (this.#open) await this.#write(CLEAR_LINE);
    this.#open = false;
  }
}
