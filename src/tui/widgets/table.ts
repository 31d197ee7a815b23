import { clip, lineWidth, pad, recolour, span, type Line, type Span } from '../line.js';
import type { Theme } from '../theme.js';
import { fit, type ColumnSize } from './fit.js';
import { scrollbar, type Window } from './scroll.js';

/** One column: its title, its bounds, and what it shows and sorts by. */
export interface Column<Row> extends ColumnSize {
  readonly id: string;
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Shown only in tables at least this wide. */
  readonly from?: number | undefined;
  cell(row: Row, width: number): Line;
  /** What the rows are ordered by; absent when the column does not order. */
  readonly sort?: ((row: Row) => number | string | undefined) | undefined;
}

/** A table as it is to be drawn: the rows are those of the window only. */
export interface Table<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly window: Window;
  /** Index in the whole list. */
  readonly selected: number | undefined;
  readonly sort: { readonly id: string; readonly reverse: boolean } | undefined;
  /** One character before the row: its state. */
  mark(row: Row): Span;
  /** A colour for the whole row, if not the one of its cells. */
  readonly tint?: ((row: Row) => Span['role']) | undefined;
}

const MARGIN = 3;

/** The title line and `window.visible` rows, each exactly `width` cells, the last of them the scrollbar. */
export function drawTable<Row>(table: Table<Row>, width: number, theme: Theme): readonly Line[] {
  const inner = width - MARGIN - 1;
  const columns = table.columns.filter((column) => inner >= (column.from ?? 0));
  const fitted = fit(columns, inner);
  const cells = (content: (column: Column<Row>, cellWidth: number) => Line): Line => {
    const spans: Span[] = [];
    for (const [i, column] of columns.entries()) {
      const cellWidth = fitted.widths[i]!;
      if (cellWidth === 0) continue;
      if (spans.length > 0) spans.push(span(' '.repeat(fitted.gap)));
      const line = clip(content(column, cellWidth), cellWidth, theme.glyphs.cut);
      spans.push(...pad(line, cellWidth, column.align));
    }
    return spans;
  };
  const bars = scrollbar(table.window, theme.glyphs);
  const lines: Line[] = [
    pad([span(' '.repeat(MARGIN)), ...cells((column) => title(column, table, theme))], width),
  ];
  for (let i = 0; i < table.window.visible; i++) {
    const row = table.rows[i];
    const end = span(bars[i] ?? ' ', 'dim');
    if (row === undefined) {
      lines.push([...pad([], width - 1), end]);
      continue;
    }
    const selected = table.window.top + i === table.selected;
    const content = cells((column, cellWidth) => column.cell(row, cellWidth));
    lines.push([...drawRow({ table, row, selected }, content, width - 1), end]);
  }
  return lines;
}

function drawRow<Row>(
  at: { readonly table: Table<Row>; readonly row: Row; readonly selected: boolean },
  content: Line,
  width: number,
): Line {
  const mark = at.table.mark(at.row);
  if (at.selected) {
    return recolour(pad([span('>'), mark, span(' '), ...content], width), 'sel');
  }
  const line = pad([span(' '), mark, span(' '), ...content], width);
  const tint = at.table.tint?.(at.row);
  return tint === undefined ? line : recolour(line, tint);
}

function title<Row>(column: Column<Row>, { sort }: Table<Row>, { glyphs }: Theme): Line {
  if (sort?.id !== column.id) return [span(column.title, 'dim')];
  const arrow = sort.reverse ? glyphs.descending : glyphs.ascending;
  return [span(column.title + arrow, 'accent')];
}

/** Rows in the order of a column, unknown values last; those that are equal keep their order. */
export function sortRows<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  reverse: boolean,
): readonly Row[] {
  const by = column?.sort;
  if (by === undefined) return reverse ? [...rows].reverse() : rows;
  const keyed = rows.map((row) => ({ row, key: by(row) }));
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) {
      return Number(a.key === undefined) - Number(b.key === undefined);
    }
    return compare(a.key, b.key) * (reverse ? -1 : 1);
  });
  return keyed.map(({ row }) => row);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Numbers by size, texts so that n2 comes before n10. */
function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : collator.compare(String(a), String(b));
}

/** Cells that the widest of some texts takes, within bounds. */
export function widest(lines: readonly Line[], bounds: { min: number; max: number }): number {
  let width = bounds.min;
  for (const line of lines) width = Math.max(width, lineWidth(line));
  return Math.min(width, bounds.max);
}
