import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clean,
  clip,
  joinFitting,
  lineWidth,
  pad,
  plain,
  span,
  spread,
} from '../../src/tui/line.js';
import { makeTheme } from '../../src/tui/theme.js';
import { bar, stackedBar } from '../../src/tui/widgets/bar.js';
import { fit } from '../../src/tui/widgets/fit.js';
import { histogram } from '../../src/tui/widgets/histogram.js';
import { rule } from '../../src/tui/widgets/rule.js';
import { position, scrollbar, scrollTo } from '../../src/tui/widgets/scroll.js';
import { sparkline } from '../../src/tui/widgets/spark.js';
import { drawTable, sortRows, type Column } from '../../src/tui/widgets/table.js';
import { mostlyPrimary, tokenCell } from '../../src/tui/widgets/token-bar.js';
import { wrap } from '../../src/tui/views/events.js';
import { fakeTick, SIX_NODES } from './fake-cluster.js';

const { glyphs } = makeTheme({ color: false, ascii: false });
const theme = makeTheme({ color: false, ascii: true });
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('数据库', '👩‍👩‍👧', 'é'),
);

describe('fit', () => {
  const column = fc
    .record({ min: fc.integer({ min: 1, max: 30 }), more: fc.nat(30), drop: fc.nat(5) })
    .map(({ min, more, drop }) => ({ min, max: min + more, drop }));

  it('never exceeds the width, from 20 to 200 columns', () => {
    fc.assert(
      fc.property(
        fc.array(column, { maxLength: 15 }),
        fc.integer({ min: 20, max: 200 }),
        (columns, width) => {
          const { gap, widths } = fit(columns, width);
          const shown = widths.filter((cells) => cells > 0);
          const used =
            shown.reduce((sum, cells) => sum + cells, 0) + gap * Math.max(0, shown.length - 1);
          expect(used).toBeLessThanOrEqual(width);
          for (const [i, cells] of widths.entries())
            expect(cells).toBeLessThanOrEqual(columns[i]!.max);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('drops the column with the greatest number first, and squeezes none before', () => {
    const columns = [
      { min: 10, max: 10, drop: 0 },
      { min: 10, max: 10, drop: 2 },
      { min: 10, max: 10, drop: 1 },
    ];
    expect(fit(columns, 31).widths).toEqual([10, 0, 10]);
    expect(fit(columns, 32)).toEqual({ gap: 1, widths: [10, 10, 10] });
    expect(fit(columns, 12).widths).toEqual([10, 0, 0]);
    expect(fit(columns, 6).widths).toEqual([6, 0, 0]);
  });

  it('shares spare cells evenly', () => {
    const columns = [
      { min: 2, max: 20, drop: 0 },
      { min: 2, max: 20, drop: 0 },
    ];
    expect(fit(columns, 21).widths).toEqual([10, 10]);
  });
});

describe('lines', () => {
  it('a clipped line never exceeds its width, a padded one has exactly it', () => {
    fc.assert(
      fc.property(fc.array(texts), fc.nat(60), (parts, width) => {
        const line = parts.map((part) => span(clean(part)));
        expect(lineWidth(clip(line, width, '…'))).toBeLessThanOrEqual(width);
        expect(lineWidth(pad(line, width))).toBe(width);
        expect(lineWidth(pad(line, width, 'right'))).toBe(width);
        expect(lineWidth(spread(line, line, width))).toBe(width);
        expect(lineWidth(joinFitting([line, line, line], width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('text from elsewhere cannot move the cursor, hide, or reverse itself', () => {
    expect(clean('a\x1b[2Jb\r\n\u202ec\u200b\x9b')).toBe('a?[2Jb???c??');
  });

  it('wrapped text keeps every word, and no line exceeds its width', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrap(clean(text), width);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        const bare = (from: string): string => from.replaceAll(' ', '');
        expect(bare(lines.join(''))).toBe(bare(clean(text)));
      }),
    );
  });
});

describe('sparkline', () => {
  it('shows the newest samples, scaled from zero to the largest, and gaps as blanks', () => {
    expect(sparkline([9, 1, undefined, 4, 8], 4, glyphs)).toBe('▁ ▄█');
    expect(sparkline([1, 2], 5, glyphs)).toBe('   ▄█');
    expect(sparkline([0, 0], 2, glyphs)).toBe('▁▁');
    expect(sparkline([5, 10], 2, { levels: theme.glyphs.levels, max: 20 })).toBe('.:');
  });

  it('always has its width', () => {
    const samples = fc.array(fc.option(fc.double({ noNaN: true }), { nil: undefined }));
    fc.assert(
      fc.property(samples, fc.nat(80), (values, width) => {
        expect(sparkline(values, width, glyphs)).toHaveLength(width);
      }),
    );
  });
});

describe('bars', () => {
  it('mark the threshold whether it is reached or not', () => {
    const text = (value: number): string =>
      plain(bar({ value, max: 3, threshold: 1.5, role: 'ok' }, 8, glyphs));
    expect(text(0)).toBe('────┼───');
    expect(text(0.01)).toBe('━───┼───');
    expect(text(1.6)).toBe('━━━━┿───');
    expect(text(2.99)).toBe('━━━━┿━━─');
    expect(text(38)).toBe('━━━━┿━━━');
  });

  it('stacked ones fill their width, and show a part however small', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)),
        fc.integer({ min: 3, max: 60 }),
        (sizes, width) => {
          const parts = sizes.map((size, i) => ({ size, mark: 'abc'[i]!, role: 'ok' as const }));
          const text = plain(stackedBar(parts, width));
          expect(text).toHaveLength(width);
          for (const { size, mark } of parts) {
            expect(text.includes(mark)).toBe(size > 0);
          }
        },
      ),
    );
  });
});

describe('histogram', () => {
  it('counts every known sample once, in classes that double', () => {
    const buckets = histogram([0.1, 0.5, 0.9, 3, 1e9, undefined], 0.5, 4);
    expect(buckets).toEqual([
      { below: 0.5, count: 1 },
      { below: 1, count: 2 },
      { below: 2, count: 0 },
      { below: Infinity, count: 2 },
    ]);
  });
});

describe('scrolling', () => {
  const list = fc.record({
    top: fc.nat(1000),
    visible: fc.integer({ min: 1, max: 50 }),
    total: fc.nat(1000),
  });

  it('keeps the selected row in sight and the window in the list', () => {
    fc.assert(
      fc.property(list, fc.nat(999), (old, wanted) => {
        const selected = old.total === 0 ? undefined : wanted % old.total;
        const { top, visible } = scrollTo(old, selected);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(top).toBeLessThanOrEqual(Math.max(0, old.total - visible));
        if (selected === undefined) return;
        expect(selected).toBeGreaterThanOrEqual(top);
        expect(selected).toBeLessThan(top + visible);
      }),
    );
  });

  it('has a thumb that is at the ends only when nothing is hidden there', () => {
    const bars = (top: number): string =>
      scrollbar({ top, visible: 5, total: 100 }, { thumb: '#', track: '|' }).join('');
    expect(bars(0)).toBe('#||||');
    expect(bars(95)).toBe('||||#');
    expect(scrollbar({ top: 0, visible: 3, total: 3 }, { thumb: '#', track: '|' }).join('')).toBe(
      '   ',
    );
    expect(position({ top: 11, visible: 13, total: 640 })).toBe('12-24/640');
    expect(position({ top: 0, visible: 13, total: 13 })).toBe('');
  });
});

describe('rules and tables', () => {
  it('a rule has exactly its width, whatever its labels', () => {
    fc.assert(
      fc.property(texts, texts, fc.integer({ min: 4, max: 90 }), (title, note, width) => {
        const labels = { title: [span(clean(title))], note: [span(clean(note))] };
        expect(lineWidth(rule(width, glyphs, labels))).toBe(width);
      }),
    );
  });

  it('every line of a table has exactly the width of the table', () => {
    const names = fc.array(texts, { maxLength: 30 });
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        (rows, width, visible) => {
          const columns: Column<string>[] = ['a', 'b', 'c'].map((id, i) => ({
            id,
            title: id.repeat(3),
            align: i === 1 ? 'right' : 'left',
            min: 5 * (i + 1),
            max: 30,
            drop: i,
            cell: (row) => [span(clean(row))],
          }));
          const window = { top: 0, visible, total: rows.length };
          const lines = drawTable(
            {
              columns,
              rows: rows.slice(0, visible),
              window,
              selected: 0,
              sort: { id: 'a', reverse: true },
              mark: () => span('x'),
            },
            width,
            theme,
          );
          expect(lines).toHaveLength(visible + 1);
          for (const line of lines) expect(lineWidth(line)).toBe(width);
        },
      ),
    );
  });

  it('orders names as people count, and puts what is not known last in both directions', () => {
    const column = { sort: (row: string) => (row === '-' ? undefined : row) } as Column<string>;
    expect(sortRows(['n10', '-', 'n9', 'n1'], column, false)).toEqual(['n1', 'n9', 'n10', '-']);
    expect(sortRows(['n10', '-', 'n9', 'n1'], column, true)).toEqual(['n10', 'n9', 'n1', '-']);
  });
});

describe('token bar', () => {
  it('names for each cell the node that is the first replica of most of it', () => {
    const { ring } = fakeTick(SIX_NODES);
    const quarter = 2 ** 30;
    const ranges = [
      { start: 3 * quarter, end: quarter, replicas: ['n2', 'n1'] },
      { start: quarter, end: 2 * quarter, replicas: ['n1', 'n2'] },
      { start: 2 * quarter, end: 3 * quarter, replicas: ['n3', 'n2'] },
    ];
    expect(mostlyPrimary({ ...ring, ranges }, 8)).toEqual([1, 1, 0, 0, 2, 2, 1, 1]);
    const largest = ring.nodes.map(({ strip }) => strip[20] ?? 0);
    expect(mostlyPrimary(ring, 40)[20]).toBe(largest.indexOf(Math.max(...largest)));
  });

  it('places a token', () => {
    expect(tokenCell(0, 80)).toBe(0);
    expect(tokenCell(0xffffffff, 80)).toBe(79);
    expect(tokenCell(0x80000000, 80)).toBe(40);
  });
});
