import { textWidth } from './line.js';

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const ERASE_REST = '\x1b[K';
const ERASE_ALL = '\x1b[2J';
// What the theme puts into a line.
const SGR = /\x1b\[[\d;]*m/g;

/** The screen: it takes text, knows its size, and says when it can take no more for now. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** Draws whole frames by sending only the lines that changed, and never anything beyond the size of the screen. */
export class FrameWriter {
  readonly #screen: Screen;
  #lines: readonly string[] = [];
  #onScreen: (string | undefined)[] = [];
  #size = '';
  #full = true;
  #blocked = false;
  #paused = true;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** From now on frames are drawn; the next one completely. */
  resume(): void {
    this.#paused = false;
    this.#full = true;
    this.#draw();
  }

  /** From now on nothing is written. */
  pause(): void {
    this.#paused = true;
  }

  /** Draws the frame; when the screen is busy, the newest one as soon as it is not. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    this.#draw();
  }

  /** Draws everything again. */
  repaint(): void {
    this.#full = true;
    this.#draw();
  }

  #draw(): void {
    if (this.#paused || this.#blocked || this.#lines.length === 0) return;
    const { columns, rows } = this.#screen;
    const size = `${columns}x${rows}`;
    const full = this.#full || size !== this.#size;
    const changes = this.#changes(full);
    if (changes === '') return;
    this.#size = size;
    this.#full = false;
    const accepted = this.#screen.write(BEGIN + (full ? ERASE_ALL : '') + changes + END);
    if (accepted) return;
    this.#blocked = true;
    this.#screen.once('drain', () => {
      this.#blocked = false;
      this.#draw();
    });
  }

  #changes(full: boolean): string {
    const { columns, rows } = this.#screen;
    if (full) this.#onScreen = [];
    let changes = '';
    for (let row = 0; row < rows; row++) {
      const line = this.#lines[row] ?? '';
      if (this.#onScreen[row] === line) continue;
      this.#onScreen[row] = line;
      if (full && line === '') continue;
      // After a line that fills the row the cursor is still on its last cell: erasing would take that.
      const rest = textWidth(line.replace(SGR, '')) < columns && !full ? ERASE_REST : '';
      changes += `\x1b[${row + 1};1H${line}${rest}`;
    }
    return changes;
  }
}
