import type { ReadStream, WriteStream } from 'node:tty';
import { FrameWriter } from './frame-writer.js';
import { holdWarnings } from './held-warnings.js';
import type { Size } from './state.js';

// Alternate screen, no cursor, no wrapping at the margin.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J\x1b[H';
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

/** The streams of a terminal, as far as the dashboard uses them. */
export interface TerminalStreams {
  readonly stdin: Pick<ReadStream, 'isRaw' | 'setRawMode'>;
  readonly stdout: Pick<WriteStream, 'columns' | 'rows' | 'write' | 'once' | 'on' | 'off'>;
}

/** Takes the terminal over, and gives it back as it was, whichever way the process ends. */
export class Terminal {
  readonly writer: FrameWriter;
  readonly #streams: TerminalStreams;
  #entered = false;
  #releaseWarnings: (() => void) | undefined;
  readonly #giveBack = (): void => this.leave();

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
    const { stdout } = streams;
    const size = (): Size => this.size();
    this.writer = new FrameWriter({
      get columns() {
        return size().columns;
      },
      get rows() {
        return size().rows;
      },
      write: (text) => stdout.write(text),
      once: (event, listener) => stdout.once(event, listener),
    });
  }

  /** Columns and rows; a terminal that does not know its size counts as 80x24. */
  size(): Size {
    const { columns, rows } = this.#streams.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  enter(): void {
    if (!this.#entered) {
      this.#entered = true;
      this.#releaseWarnings = holdWarnings();
      process.on('exit', this.#giveBack);
      // Before the trace of a crash is printed, so that it is printed where it can be read.
      process.on('uncaughtExceptionMonitor', this.#giveBack);
    }
    this.#streams.stdout.write(ENTER);
    this.writer.resume();
  }

  /** Safe to call at any time, any number of times. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    process.off('exit', this.#giveBack);
    process.off('uncaughtExceptionMonitor', this.#giveBack);
    this.writer.pause();
    this.#streams.stdout.write(LEAVE);
    this.#releaseWarnings?.();
  }

  /** Gives the terminal back, stops the process until it is continued, and takes the terminal over again. */
  suspend(): void {
    const { stdin } = this.#streams;
    const wasRaw = stdin.isRaw;
    this.leave();
    if (wasRaw) stdin.setRawMode(false);
    // The whole foreground group, as the terminal itself would do it.
    process.kill(0, 'SIGTSTP');
    // Stopped here until SIGCONT; where nothing can continue it, the system ignores the signal.
    this.resume(wasRaw);
  }

  /** Takes the terminal over again after the process was stopped, by itself or from outside. */
  resume(raw: boolean): void {
    if (raw) this.#streams.stdin.setRawMode(true);
    this.enter();
  }

  /** Puts text on the clipboard of whoever sits at the terminal, if it knows OSC 52. */
  copy(text: string): void {
    const encoded = Buffer.from(text, 'utf8').toString('base64');
    this.#streams.stdout.write(`\x1b]52;c;${encoded}\x07`);
  }

  /** Calls the listener after each change of size, until the returned function is called. */
  onResize(listener: (size: Size) => void): () => void {
    const { stdout } = this.#streams;
    const resized = (): void => listener(this.size());
    stdout.on('resize', resized);
    return () => stdout.off('resize', resized);
  }
}
