const CLEAR_BELOW = '\x1b[J';

interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly rows?: number | undefined;
}

/** Some lines that are painted over again and again, below what a terminal shows already; nothing elsewhere. */
export class LiveText {
  readonly #screen: Screen;
  readonly #write: (text: string) => Promise<void>;
  #lines = 0;

  constructor(screen: Screen, write: (text: string) => Promise<void>) {
    this.#screen = screen;
    this.#write = write;
  }

  /** Whether there is a terminal to paint on. */
  get paints(): boolean {
    return this.#screen.isTTY === true;
  }

  /** Puts these lines in the place of those before. */
  async show(text: string): Promise<void> {
    if (!this.paints) return;
    // A line more than the terminal has rows for would scroll, and could not be reached again.
    const lines = text
      .trimEnd()
      .split('\n')
      .slice(0, Math.max(1, (this.#screen.rows ?? 24) - 1));
    const frame = lines.map((line) => `${line}\n`).join('');
    const before = this.#back();
    this.#lines = lines.length;
    await this.#write(`${before}${frame}`);
  }

  /** Takes the lines away. */
  async end(): Promise<void> {
    if (this.#lines === 0) return;
    const before = this.#back();
    this.#lines = 0;
    await this.#write(before);
  }

  #back(): string {
    return this.#lines === 0 ? '' : `\x1b[${this.#lines}F${CLEAR_BELOW}`;
  }
}
