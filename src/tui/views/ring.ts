import type { RingNodeView, RingView } from '../../node/core/views/ring-views.js';
import { bodyArea, type Area } from '../layout.js';
import { joinFitting, padText, recolour, span, type Line } from '../line.js';
import { isChanging, plannedNodes, planNodes } from '../planned.js';
import { ringRows } from '../rows.js';
import { shownFacts, type Lookup, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { drawTable } from '../widgets/table.js';
import { ringLetter, tokenBar, tokenCell } from '../widgets/token-bar.js';
import { lookupLines, lookupRows } from './lookup.js';
import { stateMark } from './node-state.js';
import { planLine } from './plan-line.js';
import { ringColumns } from './ring-columns.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

/** Two lines, the scale, the bar, a line below it, and the titles of the table. */
const HEAD_ROWS = 6;

/** Who owns which part of the token space. */
export const ringView: View = {
  ids: (state) => sorted(state).map(({ name }) => name),
  visible: (state) => tableRows(state, bodyArea(state)),
  sorts: (state) => sortsOf(ringColumns(columnContext(state))),
  draw,
};

function tableRows(state: State, area: Area): number {
  return Math.max(
    1,
    area.height - HEAD_ROWS - planRows(state) - lookupRows(state.lookup, area.height),
  );
}

/** What changes the ring takes a line of its own. */
function planRows(state: State): number {
  const status = shownFacts(state).tick?.status;
  return status !== undefined && isChanging(status) ? 1 : 0;
}

function columnContext(state: State, theme?: Theme): Parameters<typeof ringColumns>[0] {
  const { tick } = shownFacts(state);
  const nodes = tick?.ring.nodes ?? [];
  const owners = state.lookup?.owners?.replicas ?? [];
  const letters = new Map(nodes.map(({ name }, i) => [name, ringLetter(i)]));
  return {
    nodes,
    width: bodyArea(state).width,
    after: tick !== undefined && isChanging(tick.status) ? planNodes(state) : undefined,
    levels: theme?.glyphs.levels ?? ['.'],
    letter: (name) => letters.get(name) ?? { letter: ' ', role: 'dim' },
    rank: (name) => {
      const at = owners.findIndex(({ node }) => node === name);
      return at === -1 ? undefined : at + 1;
    },
  };
}

function sorted(state: State, theme?: Theme): readonly RingNodeView[] {
  return ordered(ringRows(state), ringColumns(columnContext(state, theme)), state.places.ring);
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.ring;
  const context = columnContext(state, theme);
  const columns = ringColumns(context);
  const rows = ordered(ringRows(state), columns, place);
  const ids = rows.map(({ name }) => name);
  const window = windowOf(place, ids, tableRows(state, area));
  const { tick } = shownFacts(state);
  if (tick === undefined) return { lines: [], window };
  const { ring, status } = tick;
  const planned = plannedNodes(status);
  const change = planLine(status, area.width, theme);
  const table = drawTable(
    {
      columns,
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected: selectedIndex(place, ids),
      sort: sortShown(place),
      mark: ({ name, state: word }) => stateMark(word, name === ring.viewedFrom, planned.get(name)),
      tint: (node) => (context.rank(node.name) === undefined ? undefined : 'accent'),
    },
    area.width,
    theme,
  );
  const lines = [
    ...headLines(ring, area.width),
    ...(change === undefined ? [] : [change]),
    ...barLines(ring, { lookup: state.lookup, width: area.width, theme }),
    ...table,
    ...lookupLines(state, area, theme),
  ];
  return { lines, window };
}

function headLines(ring: RingView, width: number): readonly Line[] {
  const agreed = ring.agreed === ring.asked;
  const vnodes = ring.nodes.reduce((sum, node) => sum + node.vnodes, 0);
  const identity: readonly Line[] = [
    [span('ring '), span(ring.hash.slice(0, 8), 'bold')],
    [span(`epoch ${ring.epoch}`)],
    [span(`${vnodes} vnodes`)],
    [span(`rf ${ring.replicationFactor}`)],
    [span('agreed by '), span(`${ring.agreed} of ${ring.asked}`, agreed ? undefined : 'warn')],
  ];
  const { spanningRacks, spanningHosts, total } = ring.replicaSets;
  const racks = new Set(ring.nodes.map(({ rack }) => rack)).size;
  const apart =
    racks > 1
      ? `${spanningRacks} of ${total} over racks`
      : `${spanningHosts} of ${total} over hosts`;
  const balance = ring.balance.map(({ dc, rack, maxOverMean }): Line => [
    span(`${rack ?? dc} `, 'dim'),
    span(maxOverMean.toFixed(2), maxOverMean > 1.1 ? 'warn' : undefined),
  ]);
  return [
    [span(' '), ...joinFitting(identity, width - 2, 2)],
    [
      span(' '),
      ...joinFitting(
        [[span(`replica sets ${apart}`)], [span('balance')], ...balance],
        width - 2,
        2,
      ),
    ],
  ];
}

/** The scale, the bar, and below it the place of the key that was asked for. */
function barLines(
  ring: RingView,
  { lookup, width, theme }: { lookup: Lookup | undefined; width: number; theme: Theme },
): readonly Line[] {
  const cells = width - 2;
  const owners = lookup?.owners;
  const lit = new Set(owners?.replicas.map(({ node }) => node) ?? []);
  const bar = [span(' '), ...tokenBar(ring, cells, lit)];
  if (owners === undefined) {
    const hint = 'each letter: who is the first replica of most of that part';
    return [scale(cells), bar, recolour([span(` ${hint}`)], 'dim')];
  }
  const at = tokenCell(owners.token, cells);
  return [scale(cells), bar, [span(' '.repeat(at + 1)), span(theme.glyphs.pointer, 'accent')]];
}

function scale(cells: number): Line {
  const quarter = Math.floor(cells / 4);
  const marks = ['0%', '25%', '50%', '75%'].map((mark) => padText(mark, quarter));
  const text = marks.join('').slice(0, cells - 4);
  return [span(` ${padText(text, cells - 4)}100%`, 'dim')];
}
