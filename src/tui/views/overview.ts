import { hintsByTarget } from '../../node/core/hints/hints-view.js';
import type { NodeView } from '../../node/core/views/node-views.js';
import type { AlertView } from '../../node/core/views/status-views.js';
import { trendOf } from '../history.js';
import { bodyArea, ROOMY_COLUMNS, type Area } from '../layout.js';
import { clean, span, type Line } from '../line.js';
import { isChanging } from '../planned.js';
import { overviewRows } from '../rows.js';
import { elapsedMs, shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { drawTable } from '../widgets/table.js';
import { eventLine } from './event-line.js';
import { stateMark } from './node-state.js';
import { nodeColumns } from './overview-columns.js';
import { planLine } from './plan-line.js';
import { trendLines, TREND_ROWS } from './overview-trends.js';
import { verdictLines } from './verdict.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

const EVENTS = 3;
const VERDICT_ROWS = 2;

interface Heights {
  readonly table: number;
  readonly alerts: number;
  readonly events: number;
  readonly trends: boolean;
}

/** Verdict, nodes, what is wrong, what happened last. */
export const overviewView: View = {
  ids: (state) => sorted(state).map(({ name }) => name),
  visible: (state) => heights(state, bodyArea(state)).table,
  sorts: (state) => sortsOf(nodeColumns(columnContext(state))),
  draw,
};

function columnContext(state: State, theme?: Theme): Parameters<typeof nodeColumns>[0] {
  const facts = shownFacts(state);
  const nodes = facts.tick?.status.nodes ?? [];
  return {
    nodes,
    hints: new Map(hintsByTarget({ nodes }).map(({ nodeId, count }) => [nodeId, count])),
    elapsedMs: elapsedMs(state),
    roomy: bodyArea(state).width >= ROOMY_COLUMNS,
    levels: theme?.glyphs.levels ?? ['.'],
    trend: (name) => trendOf(facts.history, name),
  };
}

function sorted(state: State, theme?: Theme): readonly NodeView[] {
  const columns = nodeColumns(columnContext(state, theme));
  return ordered(overviewRows(state), columns, state.places.overview);
}

/** The table comes first; what it does not need goes to the events. */
function heights(state: State, area: Area): Heights {
  const facts = shownFacts(state);
  const alerts = facts.tick?.status.alerts.length ?? 0;
  const most = area.height < 14 ? 1 : area.height < 25 ? 3 : 6;
  const alertRows = alerts === 0 ? 0 : 1 + Math.min(alerts, most);
  const trends = area.tall;
  const eventRows = area.height < 14 ? 0 : 1 + EVENTS;
  const status = facts.tick?.status;
  const changes = status !== undefined && isChanging(status) ? 1 : 0;
  const fixed = VERDICT_ROWS + changes + 1 + alertRows + (trends ? TREND_ROWS : 0);
  const room = Math.max(1, area.height - fixed - eventRows);
  const table = Math.min(room, Math.max(1, overviewRows(state).length));
  const events = eventRows === 0 ? 0 : eventRows + room - table;
  return { table: eventRows === 0 ? room : table, alerts: alertRows, events, trends };
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const facts = shownFacts(state);
  const place = state.places.overview;
  const size = heights(state, area);
  const columns = nodeColumns(columnContext(state, theme));
  const rows = ordered(overviewRows(state), columns, place);
  const ids = rows.map(({ name }) => name);
  const window = windowOf(place, ids, size.table);
  const status = facts.tick?.status;
  if (status === undefined) return { lines: [], window };
  const change = planLine(status, area.width, theme);
  const table = drawTable(
    {
      columns,
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected: selectedIndex(place, ids),
      sort: sortShown(place),
      mark: (node) => stateMark(node.state, node.viewing),
    },
    area.width,
    theme,
  );
  const lines = [
    ...verdictLines(status, area.width, theme),
    ...(change === undefined ? [] : [change]),
    ...table,
    ...alertLines(status.alerts, { rows: size.alerts, width: area.width, theme }),
    ...(size.trends ? trendLines(facts, area.width, theme) : []),
    ...eventLines(state, { rows: size.events, width: area.width, theme }),
  ];
  return { lines, window };
}

interface Section {
  readonly rows: number;
  readonly width: number;
  readonly theme: Theme;
}

function alertLines(alerts: readonly AlertView[], section: Section): readonly Line[] {
  if (section.rows === 0) return [];
  const shown = alerts.slice(0, section.rows - 1);
  const more = alerts.length - shown.length;
  const title: Line = [span(`alerts ${alerts.length}`, 'bold')];
  const note: Line | undefined = more > 0 ? [span(`${more} more`, 'warn')] : undefined;
  return [
    rule(section.width, section.theme.glyphs, { title, note }),
    ...shown.map((alert) => alertLine(alert)),
  ];
}

function alertLine({ severity, node, message, hints }: AlertView): Line {
  const bad = severity === 'bad';
  const hint = hints[0];
  const subject = node === undefined || message.startsWith(node) ? '' : `${clean(node)} `;
  return [
    span(bad ? ' x ' : ' ! ', severity),
    span(`${subject}${clean(message)}`),
    ...(hint === undefined ? [] : [span(`   try: ${clean(hint)}`, 'dim')]),
  ];
}

function eventLines(state: State, section: Section): readonly Line[] {
  if (section.rows === 0) return [];
  const { events } = shownFacts(state);
  const newest = events.slice(-(section.rows - 1)).reverse();
  const lines = newest.map((event) => eventLine(event));
  const none: Line = [span(' nothing has happened yet', 'dim')];
  return [
    rule(section.width, section.theme.glyphs, { title: [span('events', 'bold')] }),
    ...(lines.length === 0 ? [none] : lines),
  ];
}
