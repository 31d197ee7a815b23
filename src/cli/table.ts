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
  const line = (cells: readonly string[]): string => cells.join(' '.repeat(gap)).trimEnd();
  const header = fitted.map((column) =>
    placed(column.title, column, (text) => look.paint('dim', text)),
  );
  const body = rows.map((_, at) =>
    line(
      fitted.map((column) => {
        const { text, role } = column.cells[at]!;
        return placed(text, column, (shownText) =>
          role === undefined ? shownText : look.paint(role, shownText),
        );
      }),
    ),
  );
  return look.header ? [line(header), ...body] : body;
}

/** The text in exactly the width of its column; only the text itself is painted, not the blanks beside it. */
function placed(text: string, { align, width }: Fitted, paint: (text: string) => string): string {
  const clipped = clipText(text, width);
  const blank = ' '.repeat(Math.max(0, width - textWidth(clipped)));
  return align === 'left' ? paint(clipped) + blank : blank + paint(clipped);
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
