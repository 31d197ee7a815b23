import type { LivenessState, NodeView, ShownState } from '../../node/core/views/node-views.js';
import { percent } from '../../node/core/views/plan-words.js';
import { formatLasting } from '../../stdx/figures.js';
import { unreachable } from '../../stdx/unreachable.js';
import type { Paint, Role } from '../colour.js';

/** The order in which states are counted up. */
const ORDER: readonly ShownState[] = ['up', 'suspect', 'down', 'joining', 'leaving', 'removed'];

/** The one character that says a state without colour; up needs none. */
export function stateMark(state: ShownState): string {
  switch (state) {
    case 'up':
      return ' ';
    case 'suspect':
      return '?';
    case 'down':
    case 'removed':
      return 'x';
    case 'joining':
      return '+';
    case 'leaving':
      return '-';
    default:
      return unreachable(state);
  }
}

/** How one node sees another, in one character; blank when it did not answer. */
export function sightMark(liveness: LivenessState | undefined): string {
  if (liveness === undefined) return ' ';
  return liveness === 'up' ? '.' : stateMark(liveness);
}

export function stateRole(state: ShownState): Role | undefined {
  switch (state) {
    case 'up':
      return 'ok';
    case 'suspect':
    case 'joining':
    case 'leaving':
      return 'warn';
    case 'down':
    case 'removed':
      return 'bad';
    default:
      return unreachable(state);
  }
}

/** The state, and since when if that matters: `up`, `down 3m12s`. */
export function stateText(state: ShownState, forMs: number): string {
  return state === 'down' || state === 'suspect' ? `${state} ${formatLasting(forMs)}` : state;
}

/** `!` for a node that is up but does not serve or did not answer, `*` for the one whose view it is. */
export function nodeMark(node: NodeView): string {
  if (node.maintenance && node.membership === 'normal') return '~';
  if (node.state !== 'up') return stateMark(node.state);
  if (!isWell(node)) return '!';
  return node.viewing ? '*' : ' ';
}

/** What a row says of a node's state. */
export function nodeStateText(node: NodeView): string {
  if (node.state === 'up' && node.report?.ready === false) return 'not ready';
  if (node.state === 'up' && node.maintenance) return 'maintenance';
  const moved = node.state === 'joining' ? node.report?.planReport : undefined;
  if (moved !== undefined && moved.ranges > 0)
    return `${node.state} ${percent(moved.rangesDone / moved.ranges)}`;
  return stateText(node.state, node.forMs);
}

export function nodeRole(node: NodeView): Role | undefined {
  if (node.maintenance) return 'warn';
  return node.state === 'up' && !isWell(node) ? 'warn' : stateRole(node.state);
}

/** `3 nodes: 2 up, 1 down`. */
export function countStates(
  nodes: readonly { readonly state: ShownState }[],
  paint: Paint,
): string {
  const counts = ORDER.flatMap((state) => {
    const count = nodes.filter((node) => node.state === state).length;
    if (count === 0) return [];
    const text = `${count} ${state}`;
    const role = state === 'up' ? undefined : stateRole(state);
    return [role === undefined ? text : paint(role, text)];
  });
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${counts.join(', ')}`;
}

function isWell(node: NodeView): boolean {
  return node.report?.ready !== false && node.error === undefined;
}
