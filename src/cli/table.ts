import Table from 'cli-table3';
import type { Role } from './colour.js';
import type { Look } from './look.js';
import { cleanText } from './show-key.js';
import { clipText, textWidth } from './text-width.js';

/** One column of a table of text. */
export interface Column<Row> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right' | undefined;
  /** Columns with the greatest number go first when there is no room; without one the column stays. */
  readonly drop?: number | undefined;
  /** Shown by `-o wide` only. */
  readonly wide?: boolean | undefined;
  readonly cell: (row: Row) => string;
  readonly role?: ((row: Row) => Role | undefined) | undefined;
}

/** A column that is shown, with all its text. */
interface Fitted {
  readonly align: 'left' | 'right';
  readonly drop: number;
  readonly title: string;
  readonly cells: readonly { readonly text: string; readonly role: Role | undefined }[];
  readonly width: number;
}

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '' },
  ...{ right: '', 'right-mid': '', middle: '' },
};
/** A character of one cell that nobody prints. */
const STAND_IN = '\ue000';
const STAND_INS = /\ue000+/g;

/** Rows under the names of their columns, aligned, without borders; no line exceeds the look's width unless it is wide. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  look: Look,
): readonly string[] {
  const shown = columns
    .filter((column) => look.wide || column.wide !== true)
    .map((column) => measured(column, rows, look.header));
  const width = look.wide ? Number.POSITIVE_INFINITY : look.width;
  const { fitted, gap } = fit(shown, width);
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: fitted.map(({ align }) => align),
    colWidths: fitted.map(({ width: cells }, i) => cells + (i === 0 ? 0 : gap)),
  });
  const texts: string[] = [];
  // The library counts the cells of rare characters in its own way: it lays out stand-ins of the widths that we count.
  const standIn = (text: string, column: Fitted, role: Role | undefined): string => {
    const clipped = clipText(text, column.width);
    const cells = textWidth(clipped);
    if (cells > 0) texts.push(role === undefined ? clipped : look.paint(role, clipped));
    // The gap stands at the left of a cell, where a right-aligned one is padded anyway.
    const lead = column === fitted[0] || column.align === 'right' ? '' : ' '.repeat(gap);
    return lead + STAND_IN.repeat(cells);
  };
  if (look.header) table.push(fitted.map((column) => standIn(column.title, column, 'dim')));
  for (const at of rows.keys()) {
    table.push(
      fitted.map((column) => {
        const { text, role } = column.cells[at]!;
        return standIn(text, column, role);
      }),
    );
  }
  if (table.length === 0) return [];
  return table
    .toString()
    .replace(STAND_INS, () => texts.shift() ?? '')
    .split('\n')
    .map((line) => line.trimEnd());
}

function measured<Row>(column: Column<Row>, rows: readonly Row[], header: boolean): Fitted {
  const cells = rows.map((row) => ({
    text: cleanText(column.cell(row)),
    role: column.role?.(row),
  }));
  const widths = cells.map(({ text }) => textWidth(text));
  return {
    align: column.align ?? 'left',
    drop: column.drop ?? 0,
    title: column.title,
    cells,
    width: Math.max(header ? column.title.length : 0, ...widths),
  };
}

/** Drops columns, then halves the gaps, then cuts the widest text columns, until the line fits. */
function fit(
  columns: readonly Fitted[],
  width: number,
): { readonly fitted: readonly Fitted[]; readonly gap: number } {
  let fitted = columns;
  while (totalWidth(fitted, 2) > width) {
    const greatest = Math.max(...fitted.map(({ drop }) => drop));
    if (greatest === 0) break;
    const at = fitted.findLastIndex(({ drop }) => drop === greatest);
    fitted = fitted.filter((_, i) => i !== at);
  }
  const gap = totalWidth(fitted, 2) > width ? 1 : 2;
  let excess = totalWidth(fitted, gap) - width;
  while (excess > 0) {
    const widest = Math.max(...fitted.map((column) => column.width));
    if (widest <= 1) break;
    const at = fitted.findIndex((column) => column.width === widest);
    fitted = fitted.map((column, i) => (i === at ? { ...column, width: widest - 1 } : column));
    excess -= 1;
  }
  return { fitted, gap };
}

function totalWidth(columns: readonly Fitted[], gap: number): number {
  return columns.reduce((sum, { width }) => sum + width, gap * Math.max(0, columns.length - 1));
}
