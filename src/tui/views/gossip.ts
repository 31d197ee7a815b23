import type { GossipNodeView, GossipView } from '../../node/core/views/gossip-views.js';
import { formatInterval } from '../format.js';
import { bodyArea, ROOMY_COLUMNS } from '../layout.js';
import { clean, joinFitting, span, type Line } from '../line.js';
import { gossipRows } from '../rows.js';
import { elapsedMs, shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { drawTable } from '../widgets/table.js';
import { gossipColumns } from './gossip-columns.js';
import { drawMatrix, matrixIds, matrixRows } from './matrix.js';
import { stateMark, stateWord } from './node-state.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

/** A line above, the titles, a rule and a line below. */
const FIXED_ROWS = 4;

/** What the viewed node hears of the others, and how sure it is of them. */
export const gossipView: View = {
  ids: (state) => (state.matrix ? matrixIds(state) : sorted(state).map(({ name }) => name)),
  visible: (state) => (state.matrix ? matrixRows(state) : tableRows(state)),
  sorts: (state) => (state.matrix ? [] : sortsOf(gossipColumns(columnContext(state)))),
  draw: (state, theme) => (state.matrix ? drawMatrix(state, theme) : draw(state, theme)),
};

function tableRows(state: State): number {
  return Math.max(1, bodyArea(state).height - FIXED_ROWS);
}

function columnContext(state: State, theme?: Theme): Parameters<typeof gossipColumns>[0] {
  const gossip = shownFacts(state).tick?.gossip;
  return {
    nodes: gossip?.nodes ?? [],
    elapsedMs: elapsedMs(state),
    suspectPhi: gossip?.suspectPhi ?? 1,
    intervalMs: gossip?.intervalMs ?? 1000,
    roomy: bodyArea(state).width >= ROOMY_COLUMNS,
    glyphs: theme?.glyphs,
  };
}

function sorted(state: State, theme?: Theme): readonly GossipNodeView[] {
  return ordered(
    gossipRows(state),
    gossipColumns(columnContext(state, theme)),
    state.places.gossip,
  );
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.gossip;
  const columns = gossipColumns(columnContext(state, theme));
  const rows = ordered(gossipRows(state), columns, place);
  const ids = rows.map(({ name }) => name);
  const window = windowOf(place, ids, tableRows(state));
  const selected = selectedIndex(place, ids);
  const gossip = shownFacts(state).tick?.gossip;
  if (gossip === undefined) return { lines: [], window };
  const table = drawTable(
    {
      columns,
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected,
      sort: sortShown(place),
      mark: (node) => stateMark(node.state, node.self),
    },
    area.width,
    theme,
  );
  const subject = selected === undefined ? undefined : rows[selected];
  return {
    lines: [
      headLine(gossip, area.width),
      ...table,
      rule(area.width, theme.glyphs),
      subject === undefined ? [] : reasonLine(subject, gossip, elapsedMs(state)),
    ],
    window,
  };
}

function headLine(gossip: GossipView, width: number): Line {
  const { hash, agreed, asked } = gossip.ring;
  const releases = new Set(gossip.nodes.map(({ release }) => release));
  const parts: readonly Line[] = [
    [span('view of '), span(clean(gossip.viewedFrom), 'bold')],
    [span(`round ${gossip.round}`)],
    [span(`every ${formatInterval(gossip.intervalMs)} to ${gossip.fanout}`)],
    [
      span(`ring ${hash.slice(0, 8)}: `),
      span(`${agreed} of ${asked} agree`, agreed === asked ? undefined : 'warn'),
    ],
    [
      span(
        releases.size === 1 ? `all run ${[...releases].map(clean).join('')}` : 'releases differ',
        releases.size === 1 ? 'dim' : 'warn',
      ),
    ],
  ];
  return [span(' '), ...joinFitting(parts, width - 2)];
}

/** Why the selected node is in the state it is in. */
function reasonLine(node: GossipNodeView, gossip: GossipView, elapsed: number): Line {
  const word = stateWord(node.state, node.forMs + elapsed);
  const told = node.reason === '' ? '' : `${clean(gossip.viewedFrom)}: ${clean(node.reason)}`;
  const reason = node.self ? 'the node that is asked' : told;
  const seen =
    node.upIn === node.askedIn
      ? []
      : [span(`   up in ${node.upIn} of ${node.askedIn} views`, 'warn' as const)];
  return [
    span(` ${clean(node.name)} `, 'bold'),
    span(word.text, word.role),
    span(reason === '' ? '' : `   ${reason}`),
    ...seen,
  ];
}
