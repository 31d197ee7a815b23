import type { GossipView } from '../../node/core/views/gossip-views.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { clipText, textWidth } from '../text-width.js';
import { document } from './lines.js';
import { sightMark, stateRole } from './node-state.js';

const CORNER = 'from\\sees';
const NAME = 16;

/** Who sees whom: a row for each node that looks, a column for each node that is looked at. */
export function renderGossipMatrix(view: GossipView, look: Look): string {
  const names = view.nodes.map(({ name }) => cleanText(name));
  const rowNames = view.observers.map(({ node }) => clipText(cleanText(node), NAME));
  const first = Math.max(CORNER.length, ...rowNames.map(textWidth)) + 2;
  const cell = Math.max(2, ...names.map((name) => Math.min(NAME, textWidth(name)))) + 1;
  const room = look.wide ? names.length : Math.max(1, Math.floor((look.width - first) / cell));
  const lines = [`view of ${view.viewedFrom}   . up   x down   ? suspect   blank: no answer`];
  for (let from = 0; from < names.length; from += room)
    lines.push(...block(view, { from, to: from + room, first, cell }, look));
  return document(lines.map((line) => line.trimEnd()));
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly cell: number;
}

function block(view: GossipView, { from, to, first, cell }: Block, look: Look): readonly string[] {
  const subjects = view.nodes.slice(from, to).map(({ name }) => name);
  const heads = subjects.map((name) => clipText(cleanText(name), cell - 1).padStart(cell));
  const rows = view.observers.map(({ node, sees }) => {
    const marks = subjects.map((name) => {
      const state = sees?.[name];
      const mark = sightMark(state).padStart(cell);
      const role = state === undefined || state === 'up' ? undefined : stateRole(state);
      return role === undefined ? mark : look.paint(role, mark);
    });
    return clipText(cleanText(node), NAME).padEnd(first - 1) + marks.join('');
  });
  return look.header ? [CORNER.padEnd(first - 1) + heads.join(''), ...rows] : rows;
}
