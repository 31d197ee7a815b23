import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_LOOK } from '../../../src/cli/look.js';
import { renderTable, type Column } from '../../../src/cli/table.js';
import { textWidth } from '../../../src/cli/text-width.js';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'COUNT', align: 'right', cell: ({ count }) => String(count) },
  { title: 'NOTE', cell: ({ note }) => note, drop: 1 },
];

const rows: readonly Row[] = [
  { name: 'n1', count: 5, note: 'short' },
  { name: 'node-two', count: 1200, note: '日本' },
];

describe('a table', () => {
  it('aligns text at the left and numbers at the right, two blanks apart', () => {
    expect(renderTable(columns, rows, PLAIN_LOOK)).toEqual([
      'NAME      COUNT  NOTE',
      'n1            5  short',
      'node-two   1200  日本',
    ]);
  });

  it('drops a column that may go before it cuts one that may not', () => {
    expect(renderTable(columns, rows, { ...PLAIN_LOOK, width: 16 })).toEqual([
      'NAME      COUNT',
      'n1            5',
      'node-two   1200',
    ]);
  });

  it('cuts the widest column when nothing may go', () => {
    expect(renderTable(columns, rows, { ...PLAIN_LOOK, width: 11 })).toEqual([
      'NAME  COUNT',
      'n1        5',
      'node…  1200',
    ]);
  });

  it('leaves the names of the columns out when they are not wanted', () => {
    expect(renderTable(columns, rows.slice(0, 1), { ...PLAIN_LOOK, header: false })).toEqual([
      'n1  5  short',
    ]);
  });

  it('without rows is its header alone, and nothing without that', () => {
    expect(renderTable(columns, [], PLAIN_LOOK)).toEqual(['NAME  COUNT  NOTE']);
    expect(renderTable(columns, [], { ...PLAIN_LOOK, header: false })).toEqual([]);
  });

  it('shows columns for wide output only there, whatever the width', () => {
    const wide: readonly Column<Row>[] = [
      ...columns,
      { title: 'MORE', cell: () => 'x'.repeat(200), wide: true },
    ];

    expect(renderTable(wide, rows, PLAIN_LOOK).join()).not.toContain('MORE');
    expect(renderTable(wide, rows, { ...PLAIN_LOOK, wide: true })[1]).toContain('x'.repeat(200));
  });

  it('never exceeds the width, and has one line per row, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: text, count: fc.nat(), note: text }), { maxLength: 5 }),
        fc.integer({ min: 20, max: 200 }),
        (some, width) => {
          const lines = renderTable(columns, some, { ...PLAIN_LOOK, width });
          expect(lines).toHaveLength(some.length + 1);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
