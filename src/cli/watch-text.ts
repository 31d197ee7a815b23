const CLEAR_LINE = '\x1b[K';
const HOME = '\x1b[H';
const CLEAR_BELOW = '\x1b[J';
const CLEAR_ALL = '\x1b[2J';

interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly rows?: number | undefined;
}

/** Turns snapshots into what is written one after the other: a repaint in place on a terminal, blank lines between them elsewhere. */
export class WatchText {
  readonly #screen: Screen;
  #first = true;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  next(snapshot: string): string {
    const first = this.#first;
    this.#first = false;
    if (this.#screen.isTTY !== true) return first ? snapshot : `\n${snapshot}`;
    // Below the last row the terminal would scroll, and the next repaint would be one row off.
    const lines = snapshot
      .trimEnd()
      .split('\n')
      .slice(0, Math.max(1, (this.#screen.rows ?? 24) - 1));
    const body = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
    return `${first ? CLEAR_ALL : ''}${HOME}${body}${CLEAR_BELOW}`;
  }
}
