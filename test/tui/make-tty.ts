import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import headless from '@xterm/headless';

/** A terminal in memory: what is written to it is interpreted as a real one would, what is typed into it is read. */
export interface Tty {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Everything written since the start. */
  readonly written: () => string;
  /** The lines on the screen, without trailing blanks. */
  readonly screen: () => readonly string[];
  readonly isAlternate: () => boolean;
  readonly isRaw: () => boolean;
  readonly type: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Resolves when the screen is as wanted; fails with the screen in its message when it does not become so. */
  readonly waitFor: (wanted: (screen: string) => boolean, what: string) => Promise<string>;
}

const PATIENCE_MS = 10_000;

/** A keyboard as Ink uses it. */
class Keyboard extends EventEmitter {
  readonly isTTY = true;
  isRaw = false;
  #typed: string | null = null;

  type(keys: string): void {
    this.#typed = keys;
    this.emit('readable');
  }

  read(): string | null {
    const typed = this.#typed;
    this.#typed = null;
    return typed;
  }

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  setEncoding(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

class Output extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  text = '';
  readonly #terminal: headless.Terminal;

  constructor(terminal: headless.Terminal) {
    super();
    this.#terminal = terminal;
    this.columns = terminal.cols;
    this.rows = terminal.rows;
  }

  write(text: string): boolean {
    this.text += text;
    this.#terminal.write(text, () => this.emit('drawn'));
    return true;
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}

export function makeTty(columns: number, rows: number): Tty {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const keyboard = new Keyboard();
  const output = new Output(terminal);
  const screen = (): string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  const waitFor: Tty['waitFor'] = (wanted, what) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        output.off('drawn', look);
        reject(new Error(`never saw ${what}:\n${screen().join('\n')}`));
      }, PATIENCE_MS);
      const look = (): void => {
        const text = screen().join('\n');
        if (!wanted(text)) return;
        clearTimeout(timer);
        output.off('drawn', look);
        resolve(text);
      };
      output.on('drawn', look);
      look();
    });
  return {
    // As much of the streams as Ink and the dashboard use.
    stdin: keyboard as unknown as ReadStream,
    stdout: output as unknown as WriteStream,
    written: () => output.text,
    screen,
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    isRaw: () => keyboard.isRaw,
    type: (keys) => keyboard.type(keys),
    resize: (wide, high) => output.resize(wide, high),
    waitFor,
  };
}
