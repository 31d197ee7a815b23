import type { Binding } from '../binding.js';
import { COMMANDS } from '../command-list.js';
import { GLOBAL_BINDINGS } from '../global-bindings.js';
import { bodyArea } from '../layout.js';
import { span, type Line } from '../line.js';
import { matches } from '../rows.js';
import type { State, ViewName } from '../state.js';
import { VIEW_BINDINGS } from '../view-bindings.js';
import { drawTable, type Column } from '../widgets/table.js';
import { selectedIndex, windowOf, type Drawn, type View } from './view.js';

interface HelpRow {
  readonly id: string;
  readonly keys: string;
  readonly text: string;
  readonly where: string;
}

/** Keys of the view that help was opened from, then those of every view, then the commands and the marks. */
export const helpView: View = {
  ids: (state) => rowsOf(state).map(({ id }) => id),
  visible: (state) => Math.max(1, bodyArea(state).height - 1),
  sorts: () => [],
  draw(state, theme): Drawn {
    const { width } = bodyArea(state);
    const place = state.places.help;
    const rows = rowsOf(state);
    const ids = rows.map(({ id }) => id);
    const window = windowOf(place, ids, helpView.visible(state));
    const lines = drawTable<HelpRow>(
      {
        columns: COLUMNS,
        rows: rows.slice(window.top, window.top + window.visible),
        window,
        selected: selectedIndex(place, ids),
        sort: undefined,
        mark: () => span(' '),
      },
      width,
      theme,
    );
    return { lines, window };
  },
};

const column = (
  bounds: Pick<Column<HelpRow>, 'id' | 'title' | 'min' | 'max'>,
  cell: (row: HelpRow) => Line,
): Column<HelpRow> => ({ ...bounds, align: 'left', drop: 0, cell });

const COLUMNS: readonly Column<HelpRow>[] = [
  column({ id: 'where', title: 'WHERE', min: 10, max: 10 }, ({ where }) => [span(where, 'dim')]),
  column({ id: 'keys', title: 'KEYS', min: 13, max: 15 }, ({ keys }) => [span(keys, 'accent')]),
  column({ id: 'text', title: 'WHAT', min: 20, max: 70 }, ({ text }) => [span(text)]),
];

const MARKS: readonly (readonly [string, string])[] = [
  ['*', 'the node that is asked'],
  ['?', 'suspect: not heard of for too long'],
  ['x', 'down'],
  ['+  -', 'joining, leaving'],
  ['!', 'out of the ordinary'],
];

function rowsOf(state: State): readonly HelpRow[] {
  const view = state.origins.help;
  const rows = [
    ...bindingRows(view, VIEW_BINDINGS[view]),
    ...bindingRows('everywhere', GLOBAL_BINDINGS),
    ...COMMANDS.map(({ usage, text }) => row('commands', `:${usage}`, text)),
    row('filter', '/text', 'rows with that text'),
    row('filter', '/!text', 'rows without it'),
    ...MARKS.map(([mark, text]) => row('marks', mark, text)),
  ];
  const { filter } = state.places.help;
  return rows.filter(({ where, keys, text }) => matches(filter, [where, keys, text]));
}

function bindingRows(where: ViewName | 'everywhere', bindings: readonly Binding[]): HelpRow[] {
  return bindings
    .filter(({ label }) => label !== '')
    .map(({ label, text }) => row(where, label, text));
}

function row(where: string, keys: string, text: string): HelpRow {
  return { id: `${where} ${keys}`, keys, text, where };
}
