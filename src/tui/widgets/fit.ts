/** How wide a column may be, and how soon it goes when there is no room. */
export interface ColumnSize {
  readonly min: number;
  readonly max: number;
  /** Columns with the greatest number go first; 0 stays to the end. */
  readonly drop: number;
}

export interface Fitted {
  /** Cells between two columns. */
  readonly gap: number;
  /** One per column; 0 means left out. */
  readonly widths: readonly number[];
}

/** Widths that, with the gaps, never exceed `width`; columns are dropped before any is squeezed, and the rest share what is left. */
export function fit(columns: readonly ColumnSize[], width: number): Fitted {
  const kept = columns.map(() => true);
  const widths = columns.map(({ max }) => max);
  // Two cells between columns only where that takes nothing from any of them.
  if (total(widths) + columns.length - 1 <= width) return { gap: 2, widths };
  while (needed(columns, kept) > width) {
    const next = nextToDrop(columns, kept);
    if (next === undefined) return squeeze(columns, kept, width);
    kept[next] = false;
  }
  return { gap: 1, widths: share(columns, kept, width - needed(columns, kept)) };
}

/** Cells taken by columns of these widths with one between two of them. */
function total(widths: readonly number[]): number {
  const shown = widths.filter((cells) => cells > 0);
  return shown.reduce((sum, cells) => sum + cells, 0) + Math.max(0, shown.length - 1);
}

function needed(columns: readonly ColumnSize[], kept: readonly boolean[]): number {
  return total(columns.map(({ min }, i) => (kept[i] ? min : 0)));
}

function nextToDrop(columns: readonly ColumnSize[], kept: readonly boolean[]): number | undefined {
  let found: number | undefined;
  for (const [i, column] of columns.entries()) {
    if (!kept[i] || column.drop === 0) continue;
    if (found === undefined || column.drop >= columns[found]!.drop) found = i;
  }
  return found;
}

/** Gives spare cells to the columns in turn, so that columns of one kind grow alike. */
function share(columns: readonly ColumnSize[], kept: readonly boolean[], spare: number): number[] {
  const widths = columns.map((column, i) => (kept[i] ? column.min : 0));
  let left = spare;
  let moved = true;
  while (left > 0 && moved) {
    moved = false;
    for (const [i, column] of columns.entries()) {
      if (left === 0 || !kept[i] || widths[i]! >= column.max) continue;
      widths[i]! += 1;
      left -= 1;
      moved = true;
    }
  }
  return widths;
}

/** Not even the columns that must stay fit: the widest give, one cell at a time, then the last ones go. */
function squeeze(columns: readonly ColumnSize[], kept: boolean[], width: number): Fitted {
  const widths = columns.map((column, i) => (kept[i] ? column.min : 0));
  while (total(widths) > width) {
    const widest = Math.max(...widths);
    if (widest === 0) break;
    const at = widest > 1 ? widths.indexOf(widest) : widths.lastIndexOf(1);
    widths[at]! -= 1;
  }
  return { gap: 1, widths };
}
