import type { NodeView } from '../../node/core/views/node-views.js';
import { formatAge, formatLatency, UNKNOWN } from '../format.js';
import { trendOf } from '../history.js';
import { bodyArea, ROOMY_COLUMNS } from '../layout.js';
import { clean, clip, pad, span, type Line } from '../line.js';
import { matches } from '../rows.js';
import { elapsedMs, shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { largestKnown, spark } from '../widgets/spark.js';
import { drawTable, widest, type Column } from '../widgets/table.js';
import { stateMark } from './node-state.js';
import {
  factLine,
  identityFacts,
  sightingsOf,
  workFacts,
  type Fact,
  type Sighting,
} from './node-facts.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

/** Everything one node says of itself, and what the others say of it. */
export const nodeView: View = {
  ids: (state) => sorted(state).map(({ from }) => from),
  visible: (state) => tableRows(state),
  sorts: () => sortsOf(sightingColumns([], 0)),
  draw,
};

/** The node that the view is about: the chosen one, else the viewed one, else the first. */
export function subjectOf(state: State): NodeView | undefined {
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  return (
    nodes.find(({ name }) => name === state.node) ??
    nodes.find(({ viewing }) => viewing) ??
    nodes[0]
  );
}

function sorted(state: State): readonly Sighting[] {
  const status = shownFacts(state).tick?.status;
  const node = subjectOf(state);
  if (status === undefined || node === undefined) return [];
  const place = state.places.node;
  const sightings = sightingsOf(status, node.name).filter(({ from, liveness, reason }) =>
    matches(place.filter, [from, liveness, reason]),
  );
  return ordered(sightings, sightingColumns(sightings, elapsedMs(state)), place);
}

function factRows(state: State): number {
  const { height } = bodyArea(state);
  return Math.min(10, Math.max(4, height - 6));
}

function tableRows(state: State): number {
  const { height } = bodyArea(state);
  return Math.max(1, height - 1 - factRows(state) - trendRows(height) - 2);
}

/** Two sparklines, where they do not cost the table. */
function trendRows(height: number): number {
  return height >= 19 ? 2 : 0;
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.node;
  const rows = sorted(state);
  const ids = rows.map(({ from }) => from);
  const window = windowOf(place, ids, tableRows(state));
  const node = subjectOf(state);
  if (node === undefined) return { lines: [], window };
  const table = drawTable<Sighting>(
    {
      columns: sightingColumns(rows, elapsedMs(state)),
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected: selectedIndex(place, ids),
      sort: sortShown(place),
      mark: ({ liveness }) => (liveness === undefined ? span(' ') : stateMark(liveness)),
    },
    area.width,
    theme,
  );
  const title: Line = [span(`how the others see ${clean(node.name)}`, 'bold')];
  return {
    lines: [
      titleLine(state, node),
      ...factLines(state, node),
      ...trendLines(state, node, theme),
      rule(area.width, theme.glyphs, { title }),
      ...table,
    ],
    window,
  };
}

function titleLine(state: State, node: NodeView): Line {
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  const at = nodes.indexOf(node) + 1;
  return [
    span(' '),
    stateMark(node.state, node.viewing),
    span(` ${clean(node.name)}`, 'bold'),
    span(`   ${at} of ${nodes.length}`, 'dim'),
  ];
}

/** Two columns of facts; of each, the most important first, since a short screen cuts the rest. */
function factLines(state: State, node: NodeView): readonly Line[] {
  const { width } = bodyArea(state);
  const elapsed = elapsedMs(state);
  const half = Math.min(50, Math.floor((width - 1) * (width < ROOMY_COLUMNS ? 0.44 : 0.42)));
  const left = identityFacts(node, elapsed);
  const right = workFacts(node, elapsed);
  const line = (fact: Fact | undefined): Line => (fact === undefined ? [] : factLine(fact));
  return Array.from({ length: factRows(state) }, (_, i) => [
    ...pad(clip(line(left[i]), half - 1), half),
    ...line(right[i]),
  ]);
}

function trendLines(state: State, node: NodeView, theme: Theme): readonly Line[] {
  const { width, height } = bodyArea(state);
  if (trendRows(height) === 0) return [];
  const trend = trendOf(shownFacts(state).history, node.name);
  const row = (label: string, samples: typeof trend.reads, last: string): Line => [
    span(` ${label.padEnd(8)} `, 'dim'),
    span(last.padStart(6)),
    span('  '),
    ...spark(samples, Math.min(60, width - 34), { levels: theme.glyphs.levels }),
    span(`  max ${formatLatency(largestKnown(samples))}`, 'dim'),
  ];
  return [
    row('r p99', trend.readP99, formatLatency(trend.readP99.at(-1))),
    row('w p99', trend.writeP99, formatLatency(trend.writeP99.at(-1))),
  ];
}

function sightingColumns(rows: readonly Sighting[], elapsed: number): readonly Column<Sighting>[] {
  const names = widest(
    rows.map(({ from }) => [span(from)]),
    { min: 4, max: 16 },
  );
  const figure = (
    column: Pick<Column<Sighting>, 'id' | 'title'>,
    value: (row: Sighting) => number | undefined,
    format: (value: number) => string,
  ): Column<Sighting> => ({
    ...column,
    align: 'right',
    min: 6,
    max: 6,
    drop: 2,
    cell: (row) => {
      const known = value(row);
      return known === undefined ? [span(UNKNOWN, 'dim')] : [span(format(known))];
    },
    sort: value,
  });
  const text = (
    column: Pick<Column<Sighting>, 'id' | 'title' | 'min' | 'max' | 'drop'>,
    value: (row: Sighting) => string,
  ): Column<Sighting> => ({
    ...column,
    align: 'left',
    cell: (row) => [span(clean(value(row)))],
    sort: value,
  });
  return [
    text({ id: 'from', title: 'FROM', min: names, max: names, drop: 0 }, ({ from }) => from),
    text(
      { id: 'sees', title: 'SEES', min: 7, max: 7, drop: 0 },
      ({ liveness }) => liveness ?? UNKNOWN,
    ),
    figure(
      { id: 'age', title: 'AGE' },
      ({ ageMs }) => ageMs,
      (ageMs) => formatAge(ageMs + elapsed),
    ),
    figure(
      { id: 'phi', title: 'PHI' },
      ({ phi }) => phi,
      (phi) => phi.toFixed(2),
    ),
    figure({ id: 'rtt', title: 'RTT' }, ({ roundTripMs }) => roundTripMs, formatLatency),
    text({ id: 'reason', title: 'WHY', min: 10, max: 80, drop: 3 }, ({ reason }) => reason),
  ];
}
