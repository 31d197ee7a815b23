import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { FrameWriter } from '../../src/tui/frame-writer.js';

/** A terminal of a size that can change, and may be slow. */
class SlowScreen {
  columns: number;
  rows: number;
  accepts = true;
  written: string[] = [];
  #drained: (() => void) | undefined;
  readonly #terminal: headless.Terminal;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  write(text: string): boolean {
    this.written.push(text);
    return this.accepts;
  }

  once(_event: 'drain', listener: () => void): void {
    this.#drained = listener;
  }

  drain(): void {
    this.accepts = true;
    this.#drained?.();
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#terminal.resize(columns, rows);
  }

  /** What a person sees after all that was written. */
  async lines(): Promise<readonly string[]> {
    const text = this.written.splice(0).join('');
    await new Promise<void>((resolve) => this.#terminal.write(text, resolve));
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }
}

function open(columns: number, rows: number): { screen: SlowScreen; writer: FrameWriter } {
  const screen = new SlowScreen(columns, rows);
  const writer = new FrameWriter(screen);
  writer.resume();
  return { screen, writer };
}

describe('the frame writer', () => {
  it('sends only the lines that changed, at once on the screen', async () => {
    const { screen, writer } = open(20, 4);
    writer.show('one\ntwo\nthree'.split('\n'));
    expect(await screen.lines()).toEqual(['one', 'two', 'three', '']);
    writer.show('one\n2\nthree'.split('\n'));
    expect(screen.written).toEqual(['\x1b[?2026h\x1b[2;1H2\x1b[K\x1b[?2026l']);
    expect(await screen.lines()).toEqual(['one', '2', 'three', '']);
    writer.show('one\n2\nthree'.split('\n'));
    expect(screen.written).toEqual([]);
  });

  it('keeps the last character of a line that fills the row', async () => {
    const { screen, writer } = open(5, 3);
    writer.show('a\nb\nc'.split('\n'));
    await screen.lines();
    writer.show('12345\n数据!\n\x1b[7m12345\x1b[27m'.split('\n'));
    // There the cursor still is on the last cell, and most terminals would erase that.
    expect(screen.written.join('')).not.toContain('\x1b[K');
    expect(await screen.lines()).toEqual(['12345', '数据!', '12345']);
  });

  it('draws everything anew in another size, and nothing beyond it', async () => {
    const { screen, writer } = open(20, 6);
    writer.show('1\n2\n3\n4\n5\n6'.split('\n'));
    await screen.lines();
    screen.resize(20, 3);
    writer.show('1\n2\n3\n4\n5\n6'.split('\n'));
    const [text = ''] = screen.written;
    expect(text).toContain('\x1b[2J');
    expect(text).not.toMatch(/\x1b\[[4-9];1H/);
    expect(await screen.lines()).toEqual(['1', '2', '3']);
    screen.resize(20, 5);
    writer.show('a\nb\nc\nd\ne'.split('\n'));
    expect(await screen.lines()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('skips frames while the terminal is busy, and then draws the newest', async () => {
    const { screen, writer } = open(20, 2);
    screen.accepts = false;
    writer.show(['1']);
    writer.show(['2']);
    writer.show(['3']);
    expect(screen.written).toHaveLength(1);
    screen.drain();
    expect(screen.written).toHaveLength(2);
    expect(await screen.lines()).toEqual(['3', '']);
  });

  it('writes nothing while paused, and everything when it goes on', async () => {
    const { screen, writer } = open(20, 2);
    writer.show(['1']);
    await screen.lines();
    writer.pause();
    writer.show(['2']);
    writer.repaint();
    expect(screen.written).toEqual([]);
    writer.resume();
    expect(screen.written.join('')).toContain('\x1b[2J');
    expect(await screen.lines()).toEqual(['2', '']);
  });
});
