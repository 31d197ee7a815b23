import type { Line } from '../line.js';
import type { Place, State } from '../state.js';
import type { Theme } from '../theme.js';
import { scrollTo, type Window } from '../widgets/scroll.js';
import { sortRows, type Column } from '../widgets/table.js';

/** One screen of the dashboard: which rows it has, how many fit, and how it looks. */
export interface View {
  /** Identities of all its rows, in the order shown. */
  ids(state: State): readonly string[];
  /** How many rows fit. */
  visible(state: State): number;
  /** Ids of the columns that order the rows; the first time each is chosen, the ones marked true run from large to small. */
  sorts(state: State): readonly { readonly id: string; readonly descending: boolean }[];
  /** The body: any number of lines up to the height of its area. */
  draw(state: State, theme: Theme): Drawn;
}

export interface Drawn {
  readonly lines: readonly Line[];
  readonly window: Window;
}

/** Row that is selected: the one of that name, or the one now in its place; undefined when there are none. */
export function selectedIndex(place: Place, ids: readonly string[]): number | undefined {
  if (ids.length === 0) return undefined;
  if (place.selected === undefined) return 0;
  const found = ids.indexOf(place.selected);
  return found === -1 ? Math.min(place.index, ids.length - 1) : found;
}

/** The part of the list that is shown. */
export function windowOf(place: Place, ids: readonly string[], visible: number): Window {
  const whole = { top: place.top, visible, total: ids.length };
  return scrollTo(whole, selectedIndex(place, ids));
}

/** Rows ordered as the reader chose. */
export function ordered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  place: Place,
): readonly Row[] {
  if (place.sort === undefined) return place.reverse ? [...rows].reverse() : rows;
  const column = columns.find(({ id }) => id === place.sort);
  return sortRows(rows, column, place.reverse);
}

/** Columns that order, and which of them start with the largest. */
export function sortsOf<Row>(
  columns: readonly Column<Row>[],
): readonly { readonly id: string; readonly descending: boolean }[] {
  return columns
    .filter(({ sort }) => sort !== undefined)
    .map(({ id, align }) => ({ id, descending: align === 'right' }));
}

/** What a table shows of its sort order. */
export function sortShown(place: Place): { id: string; reverse: boolean } | undefined {
  return place.sort === undefined ? undefined : { id: place.sort, reverse: place.reverse };
}
