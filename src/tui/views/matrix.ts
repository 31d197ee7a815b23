import type { ObserverView } from '../../node/core/views/gossip-views.js';
import { bodyArea } from '../layout.js';
import { clean, clipText, padText, span, type Line } from '../line.js';
import { observerRows } from '../rows.js';
import { shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { drawTable, widest, type Column } from '../widgets/table.js';
import { sightMark, stateMark } from './node-state.js';
import { selectedIndex, windowOf, type Drawn } from './view.js';

/** A line above, the titles, a line below. */
const FIXED_ROWS = 3;
const NAME_CELLS = 8;
const TITLE = 'FROM \\ SEES';

export function matrixIds(state: State): readonly string[] {
  return observerRows(state).map(({ node }) => node);
}

export function matrixRows(state: State): number {
  return Math.max(1, bodyArea(state).height - FIXED_ROWS);
}

/** Names of the nodes that are looked at: the columns. */
export function matrixSubjects(state: State): readonly string[] {
  return (shownFacts(state).tick?.gossip.nodes ?? []).map(({ name }) => name);
}

/** Who sees whom: a row for each observer, a column for each node it looks at. */
export function drawMatrix(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.gossip;
  const rows = observerRows(state);
  const ids = rows.map(({ node }) => node);
  const window = windowOf(place, ids, matrixRows(state));
  const subjects = matrixSubjects(state);
  const cells = widest(
    subjects.map((name) => [span(name)]),
    { min: 2, max: NAME_CELLS },
  );
  const names = widest(
    ids.map((name) => [span(name)]),
    { min: TITLE.length, max: 16 },
  );
  const room = Math.max(1, Math.floor((area.width - 4 - names) / (cells + 2)));
  const left = Math.max(0, Math.min(state.matrixLeft, subjects.length - room));
  const shown = subjects.slice(left, left + room);
  const states = new Map(
    (shownFacts(state).tick?.gossip.nodes ?? []).map((node) => [node.name, node]),
  );
  const table = drawTable<ObserverView>(
    {
      columns: [observerColumn(names), ...shown.map((name) => column(name, cells, theme))],
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected: selectedIndex(place, ids),
      sort: undefined,
      mark: ({ node }) => {
        const seen = states.get(node);
        return seen === undefined ? span(' ') : stateMark(seen.state, seen.self);
      },
    },
    area.width,
    theme,
  );
  return {
    lines: [headLine(theme), ...table, columnsLine(left, shown.length, subjects.length)],
    window,
  };
}

function headLine({ glyphs }: Theme): Line {
  return [
    span(' who sees whom   '),
    sightMark('up', glyphs.dot),
    span(' up   '),
    sightMark('suspect', glyphs.dot),
    span(' suspect   '),
    sightMark('down', glyphs.dot),
    span(' down   blank: no answer'),
  ];
}

function columnsLine(left: number, shown: number, total: number): Line {
  if (shown >= total) return [];
  return [span(` columns ${left + 1}-${left + shown}/${total}   h l to move`, 'dim')];
}

function observerColumn(width: number): Column<ObserverView> {
  return {
    id: 'from',
    title: TITLE,
    align: 'left',
    min: width,
    max: width,
    drop: 0,
    cell: ({ node, sees }) => [span(clean(node), sees === undefined ? 'dim' : undefined)],
  };
}

function column(name: string, width: number, theme: Theme): Column<ObserverView> {
  return {
    id: name,
    title: padText(clipText(clean(name), width, theme.glyphs.cut), width, 'right'),
    align: 'right',
    min: width,
    max: width,
    drop: 1,
    cell: ({ node, sees }) => [
      sightMark(
        sees?.[name] ?? (sees !== undefined && node === name ? 'up' : undefined),
        theme.glyphs.dot,
      ),
    ],
  };
}
