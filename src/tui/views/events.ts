import type { EventView } from '../../node/core/views/event-views.js';
import { formatClock, formatLasting } from '../format.js';
import { bodyArea } from '../layout.js';
import { clean, clipText, span, textWidth, type Line } from '../line.js';
import { eventId, eventRows, missedEvents } from '../rows.js';
import { shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { drawTable, widest, type Column } from '../widgets/table.js';
import { severityMark } from './node-state.js';
import { selectedIndex, windowOf, type Drawn, type View } from './view.js';

const TEXT_ROWS = 3;

/** What happened, newest first. */
export const eventsView: View = {
  ids: (state) => eventRows(state).map(eventId),
  visible: (state) => tableRows(state),
  sorts: () => [],
  draw,
};

/** With `wide` on, the whole text of the selected event is below the table. */
function tableRows(state: State): number {
  const text = state.wide ? 1 + TEXT_ROWS : 0;
  return Math.max(1, bodyArea(state).height - 2 - text);
}

function draw(state: State, theme: Theme): Drawn {
  const { width } = bodyArea(state);
  const place = state.places.events;
  const rows = eventRows(state);
  const ids = rows.map(eventId);
  const window = windowOf(place, ids, tableRows(state));
  const selected = selectedIndex(place, ids);
  const shown = rows.slice(window.top, window.top + window.visible);
  const table = drawTable<EventView>(
    {
      columns: eventColumns(state),
      rows: shown,
      window,
      selected,
      sort: undefined,
      mark: ({ severity }) => severityMark(severity),
      tint: ({ severity }) => (severity === 'info' ? undefined : severity),
    },
    width,
    theme,
  );
  const subject = selected === undefined ? undefined : rows[selected];
  return {
    lines: [headLine(state, rows.length), ...table, ...textLines(state, subject, theme)],
    window,
  };
}

function headLine(state: State, shown: number): Line {
  const { events } = shownFacts(state);
  const missed = missedEvents(events);
  const follows = state.places.events.selected === undefined;
  const severity = { info: 'all', warn: 'warnings and worse', bad: 'only the worst' }[
    state.severity
  ];
  return [
    span(
      shown === events.length ? ` ${events.length} events` : ` ${shown} of ${events.length} events`,
    ),
    span(`   severity: ${severity}`),
    span(follows ? '   following' : '   f follows again', follows ? 'ok' : 'dim'),
    span(missed === 0 ? '' : `   ${missed} were not received`, 'warn'),
  ];
}

function eventColumns(state: State): readonly Column<EventView>[] {
  const known = shownFacts(state).tick?.status.nodes ?? [];
  const nodes = widest(
    known.map(({ name }) => [span(name)]),
    { min: 4, max: 16 },
  );
  const time = ({ atMs }: EventView): string =>
    state.ages ? formatLasting(Math.max(0, state.now.wallMs - atMs)) : formatClock(atMs);
  const column = (
    bounds: Pick<Column<EventView>, 'id' | 'title' | 'min' | 'max'>,
    cell: (event: EventView) => Line,
  ): Column<EventView> => ({ ...bounds, align: 'left', drop: 0, cell });
  return [
    column({ id: 'time', title: state.ages ? 'AGO' : 'TIME', min: 8, max: 8 }, (event) => [
      span(time(event), 'dim'),
    ]),
    column({ id: 'node', title: 'NODE', min: nodes, max: nodes }, ({ node }) => [
      span(clean(node)),
    ]),
    column({ id: 'kind', title: 'KIND', min: 9, max: 9 }, ({ kind }) => [span(kind, 'dim')]),
    column({ id: 'event', title: 'EVENT', min: 20, max: 300 }, ({ message }) => [
      span(clean(message)),
    ]),
  ];
}

function textLines(state: State, event: EventView | undefined, theme: Theme): readonly Line[] {
  if (!state.wide) return [];
  const { width } = bodyArea(state);
  const title: Line = [span('whole text', 'bold')];
  const lines = event === undefined ? [] : wrap(clean(event.message), width - 2);
  return [
    rule(width, theme.glyphs, { title }),
    ...lines.slice(0, TEXT_ROWS).map((text): Line => [span(` ${text}`)]),
  ];
}

/** The text in lines of at most `width` cells, broken at blanks where there are any. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && width > 0) {
    const fitting = clipText(rest, width);
    const blank = fitting.length < rest.length ? fitting.lastIndexOf(' ') : -1;
    const line = blank > width / 2 ? fitting.slice(0, blank) : fitting;
    if (line === '' || textWidth(line) === 0) break;
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return lines;
}
