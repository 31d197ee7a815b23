import type { Size, State } from './state.js';

/** Below this the frame cannot be drawn. */
export const LEAST: Size = { columns: 60, rows: 15 };
/** From this width on the tables have room for sparklines and racks. */
export const ROOMY_COLUMNS = 79;
const PANE_FROM_COLUMNS = 120;
const PANE_COLUMNS = 40;
const TALL_ROWS = 40;

/** The part of the frame between the rules, in cells. */
export interface Area {
  readonly width: number;
  readonly height: number;
  /** Width of the pane at the right, or 0. */
  readonly pane: number;
  /** True when there is room for more than the necessary. */
  readonly tall: boolean;
}

export function tooSmall({ columns, rows }: Size): boolean {
  return columns < LEAST.columns || rows < LEAST.rows;
}

/** Rows above the body: header, tabs and a rule, or the rule alone. */
function headRows(state: State): number {
  return state.header ? 3 : 1;
}

/** Where the body of the current view goes. */
export function bodyArea(state: State): Area {
  const { columns, rows } = state.size;
  const hasPane =
    columns >= PANE_FROM_COLUMNS &&
    !state.wide &&
    (state.view === 'overview' ||
      state.view === 'ring' ||
      (state.view === 'gossip' && !state.matrix));
  const pane = hasPane ? PANE_COLUMNS : 0;
  return {
    width: hasPane ? columns - pane - 1 : columns,
    height: Math.max(1, rows - headRows(state) - 2),
    pane,
    tall: rows >= TALL_ROWS,
  };
}
