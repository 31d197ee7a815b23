import { hintsByTarget, repairMarks, type TargetHints } from '../../node/core/hints/hints-view.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatSize } from '../../stdx/size.js';
import { formatCount } from '../format.js';
import { bodyArea, type Area } from '../layout.js';
import { clean, clip, joinFitting, span, type Line } from '../line.js';
import { hintRows } from '../rows.js';
import { elapsedMs, shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { drawTable, widest, type Column } from '../widgets/table.js';
import { hintColumns, keptColumns } from './hint-columns.js';
import { stateMark } from './node-state.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

type Holder = TargetHints['holders'][number];

/** Two lines above the table, and its titles. */
const HEAD_ROWS = 3;
/** A rule, titles, and what can be done. */
const HOLDER_FRAME = 3;
const MOST_HOLDERS = 8;

/** What is kept for nodes that missed writes, for how long, and how fast they are sent it. */
export const hintsView: View = {
  ids: (state) => sorted(state).map(({ target }) => target),
  visible: (state) => tableRows(state),
  sorts: (state) => sortsOf(hintColumns(columnContext(state))),
  draw,
};

function columnContext(state: State): Parameters<typeof hintColumns>[0] {
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  return { rows: hintRows(state), nodes, elapsedMs: elapsedMs(state) };
}

function sorted(state: State): readonly TargetHints[] {
  return ordered(hintRows(state), hintColumns(columnContext(state)), state.places.hints);
}

/** The holders of the selected row get what room its table can spare. */
function holderRows(state: State): number {
  const { height } = bodyArea(state);
  const rows = hintRows(state);
  const most = Math.max(0, ...rows.map(({ holders }) => holders.length));
  const room = Math.floor((height - HEAD_ROWS - HOLDER_FRAME) / 2);
  return Math.max(0, Math.min(most, MOST_HOLDERS, room));
}

function tableRows(state: State): number {
  const { height } = bodyArea(state);
  const holders = holderRows(state);
  const room = height - HEAD_ROWS - (holders === 0 ? 0 : HOLDER_FRAME + holders);
  return Math.max(1, Math.min(room, hintRows(state).length));
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.hints;
  const rows = sorted(state);
  const ids = rows.map(({ target }) => target);
  const window = windowOf(place, ids, tableRows(state));
  const status = shownFacts(state).tick?.status;
  if (status === undefined) return { lines: [], window };
  const head = [headLine(status, area.width), marksLine(status, area.width)];
  if (rows.length === 0) return { lines: [...head, ...emptyLines(state, status)], window };
  const selected = selectedIndex(place, ids);
  const table = drawTable(
    {
      columns: hintColumns(columnContext(state)),
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected,
      sort: sortShown(place),
      mark: ({ targetState }) => stateMark(targetState),
    },
    area.width,
    theme,
  );
  const subject = rows[selected ?? 0];
  const held = subject === undefined ? [] : holderLines(state, { subject, area, theme });
  return { lines: [...head, ...table, ...held], window };
}

/** How much is kept in all, how fast it goes, and whose answer is missing. */
function headLine(status: StatusView, width: number): Line {
  const all = hintsByTarget(status);
  const sum = (pick: (one: TargetHints) => number): number =>
    all.reduce((total, one) => total + pick(one), 0);
  const rate = sum(({ bytesPerSecond }) => bytesPerSecond);
  const silent = status.nodes.filter(({ report }) => report === undefined);
  const missed = `${all.length} ${all.length === 1 ? 'node' : 'nodes'} missed writes`;
  const parts: readonly Line[] = [
    [span(all.length === 0 ? 'nothing is kept' : missed, all.length === 0 ? 'ok' : 'warn')],
    all.length === 0
      ? []
      : [
          span(
            `${formatCount(sum(({ count }) => count))} hints, ${formatSize(sum(({ bytes }) => bytes))}`,
          ),
        ],
    rate === 0 ? [] : [span(`replayed at ${formatSize(rate)}/s`, 'info')],
    silent.length === 0
      ? []
      : [span(`not known of ${silent.map(({ name }) => clean(name)).join(' ')}`, 'dim')],
  ];
  return [span(' '), ...joinFitting(parts, width - 2)];
}

/** Slots of the ring for which hints alone are not enough any more, and who says so. */
function marksLine(status: StatusView, width: number): Line {
  const marks = repairMarks(status);
  if (marks === 0) return [span(' no slot needs repair', 'dim')];
  const by = status.nodes
    .filter(({ report }) => (report?.repairMarkedSlots ?? 0) > 0)
    .map(({ name, report }) => `${clean(name)} ${formatCount(report?.repairMarkedSlots ?? 0)}`);
  const line: Line = [
    span(' ! '),
    span(`${formatCount(marks)} ${marks === 1 ? 'slot needs' : 'slots need'} repair`, 'warn'),
    span(`   marked by ${by.join(', ')}`),
  ];
  return clip(line, width - 1);
}

function emptyLines(state: State, { nodes }: StatusView): readonly Line[] {
  if (state.places.hints.filter !== '') return [[], [span(' no hints match the filter', 'dim')]];
  const silent = nodes.some(({ report }) => report === undefined);
  const who = silent ? 'no node that answered keeps hints' : 'no node keeps hints';
  return [[], [span(` ${who}: nobody has missed a write, or all were told`, 'dim')]];
}

/** Who keeps what for the selected node, and what an operator may do about it. */
function holderLines(
  state: State,
  { subject, area, theme }: { subject: TargetHints; area: Area; theme: Theme },
): readonly Line[] {
  const visible = holderRows(state);
  if (visible === 0) return [];
  const more = subject.holders.length - visible;
  const title: Line = [span(`kept for ${clean(subject.target)}`, 'bold')];
  const note: Line | undefined = more > 0 ? [span(`${more} more`, 'warn')] : undefined;
  const names = widest(
    subject.holders.map(({ node }) => [span(node)]),
    { min: 4, max: 16 },
  );
  const holder: Column<Holder> = {
    id: 'node',
    title: 'ON',
    align: 'left',
    ...{ min: names, max: names, drop: 0 },
    cell: ({ node }) => [span(clean(node))],
  };
  const table = drawTable<Holder>(
    {
      columns: [holder, ...keptColumns<Holder>(subject.holders, elapsedMs(state))],
      rows: subject.holders.slice(0, visible),
      window: { top: 0, visible, total: visible },
      selected: undefined,
      sort: undefined,
      mark: () => span(' '),
    },
    area.width,
    theme,
  );
  return [rule(area.width, theme.glyphs, { title, note }), ...table, tryLine(subject, area.width)];
}

function tryLine({ target, state }: TargetHints, width: number): Line {
  const name = clean(target);
  const first = state === 'paused' ? 'resume' : 'replay';
  const commands = [first, ...(state === 'paused' ? [] : ['pause']), 'purge'];
  const parts = commands.map((command, i): Line => {
    return [span(`${i === 0 ? ' try:' : '|'} kv hints ${command} ${name}`, 'dim')];
  });
  return joinFitting(parts, width - 1, 1);
}
