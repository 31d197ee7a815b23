import { footLines } from './footer.js';
import { headLines } from './header.js';
import { bodyArea, LEAST, tooSmall } from './layout.js';
import { clean, clip, clipText, pad, recolour, span, type Line } from './line.js';
import { isStale, shownFacts, type Size, type State } from './state.js';
import type { Theme } from './theme.js';
import { nodePane } from './views/node-pane.js';
import { currentView, selectedId } from './views/registry.js';

/** The whole screen: exactly `rows` lines, none wider than `columns`. */
export function frame(state: State, theme: Theme): readonly Line[] {
  if (tooSmall(state.size)) return tooSmallLines(state.size);
  const { columns, rows } = state.size;
  const head = headLines(state, theme);
  const { lines, window } = currentView(state).draw(state, theme);
  const foot = footLines(state, window, theme);
  const { height } = bodyArea(state);
  const body =
    shownFacts(state).tick === undefined && state.view !== 'help' ? waitingLines(state) : lines;
  const full = Array.from({ length: height }, (_, i) => body[i] ?? []);
  const grey = isStale(state) ? full.map((line) => recolour(line, 'dim')) : full;
  return [...head, ...withPane(state, grey, theme), ...foot]
    .slice(0, rows)
    .map((line) => clip(line, columns, theme.glyphs.cut));
}

function withPane(state: State, body: readonly Line[], theme: Theme): readonly Line[] {
  const { pane, width } = bodyArea(state);
  if (pane === 0) return body;
  const name = selectedId(state);
  const node = shownFacts(state).tick?.status.nodes.find((candidate) => candidate.name === name);
  const lines = nodePane(state, node, { width: pane, theme });
  return body.map((line, i) => [
    ...pad(clip(line, width, theme.glyphs.cut), width),
    span(theme.glyphs.wall, 'dim'),
    ...clip(
      isStale(state) ? recolour(lines[i] ?? [], 'dim') : (lines[i] ?? []),
      pane,
      theme.glyphs.cut,
    ),
  ]);
}

function waitingLines({ link }: State): readonly Line[] {
  const node = link.kind === 'live' ? undefined : link.node;
  const who = node === undefined ? 'a node of the cluster' : clean(node);
  const text = link.kind === 'lost' ? 'no node answers yet; asking again' : `connecting to ${who}`;
  return [[], [span(` ${text}`, 'dim')]];
}

/** One line if it fits, else two; whatever the size, nothing is wider or higher than the screen. */
function tooSmallLines({ columns, rows }: Size): readonly Line[] {
  const need = `need ${LEAST.columns}x${LEAST.rows}`;
  const have = `have ${columns}x${rows}`;
  const long = `terminal too small: ${need}, ${have}`;
  const texts = long.length <= columns ? [long] : [need, have];
  const shown = texts.slice(0, rows).map((text): Line => [span(clipText(text, columns))]);
  return [...shown, ...Array.from({ length: rows - shown.length }, (): Line => [])];
}
