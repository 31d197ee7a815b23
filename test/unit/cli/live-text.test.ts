import { describe, expect, it } from 'vitest';
import { LiveText } from '../../../src/cli/live-text.js';

function painted(screen: { readonly isTTY: boolean; readonly rows: number }): {
  readonly live: LiveText;
  readonly written: string[];
} {
  const written: string[] = [];
  const live = new LiveText(screen, async (text) => {
    written.push(text);
  });
  return { live, written };
}

describe('lines that are painted over', () => {
  it('take the place of those before, and go at the end', async () => {
    const { live, written } = painted({ isTTY: true, rows: 24 });
    await live.show('a\nb\n');
    await live.show('c\n');
    await live.end();
    await live.end();
    expect(written).toEqual(['a\nb\n', '\x1b[2F\x1b[Jc\n', '\x1b[1F\x1b[J']);
  });

  it('are never more than the terminal has rows for', async () => {
    const { live, written } = painted({ isTTY: true, rows: 3 });
    await live.show('a\nb\nc\nd\n');
    expect(written).toEqual(['a\nb\n']);
  });

  it('are not painted where there is no terminal', async () => {
    const { live, written } = painted({ isTTY: false, rows: 24 });
    await live.show('a\n');
    await live.end();
    expect(written).toEqual([]);
  });
});
