import type { ShownState } from '../../node/core/views/node-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatSize } from '../../stdx/size.js';
import { joinFitting, lineWidth, span, type Line, type Span } from '../line.js';
import type { Theme } from '../theme.js';
import { stackedBar } from '../widgets/bar.js';
import { stateRole } from './node-state.js';

const ORDER: readonly ShownState[] = ['up', 'suspect', 'down', 'joining', 'leaving', 'removed'];

/** Two lines: who is there and whether they agree; how many copies of the data are alive. */
export function verdictLines(status: StatusView, width: number, theme: Theme): readonly Line[] {
  return [
    [span(' '), ...joinFitting([members(status), ...agreement(status)], width - 2)],
    rangesLine(status, width, theme),
  ];
}

function members({ nodes }: StatusView): Line {
  const counts = new Map<ShownState, number>();
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1);
  const spans: Span[] = [span(`${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: `)];
  for (const state of ORDER) {
    const count = counts.get(state);
    if (count === undefined) continue;
    if (spans.length > 1) spans.push(span(', '));
    spans.push(span(`${count} ${state}`, stateRole(state)));
  }
  return spans;
}

function agreement({ ring, voters, opened }: StatusView): readonly Line[] {
  const agreed = ring.agreed === ring.asked;
  const majority = voters.alive * 2 > voters.total;
  const alive: Line = [
    span('voters '),
    span(`${voters.alive} of ${voters.total}`, majority ? undefined : 'bad'),
  ];
  const agreeing: Line = [
    span(`ring ${ring.hash.slice(0, 8)} epoch ${ring.epoch}, `),
    span(`${ring.agreed} of ${ring.asked} agree`, agreed ? undefined : 'warn'),
  ];
  const noData: Line = opened ? [] : [span('no data yet', 'dim')];
  return majority ? [agreeing, noData, alive] : [alive, agreeing, noData];
}

function rangesLine(status: StatusView, width: number, theme: Theme): Line {
  const { total, full, degraded, noQuorum } = status.ranges;
  const missing = status.effectiveReplication > 3 ? 'missing copies' : 'missing 1 copy';
  const copies: Line = [span(`rf ${status.replicationFactor}`)];
  const text: Line = [
    span(`ranges ${total}: `),
    span(`${full} full`, full === total ? 'ok' : undefined),
    span(', '),
    span(`${degraded} ${missing}`, degraded > 0 ? 'warn' : 'dim'),
    span(', '),
    span(`${noQuorum} without quorum`, noQuorum > 0 ? 'bad' : 'dim'),
  ];
  const load: Line = [span(`load ${formatSize(status.loadBytes)}`)];
  const line = [span(' '), ...joinFitting([text, load, copies], width - 2)];
  const room = Math.min(40, width - lineWidth(line) - 5);
  if (room < 8 || total === 0) return line;
  const { glyphs } = theme;
  const parts = [
    { size: full, mark: glyphs.full, role: 'ok' as const },
    { size: degraded, mark: glyphs.empty, role: 'warn' as const },
    { size: noQuorum, mark: glyphs.broken, role: 'bad' as const },
  ];
  return [...line, span('   '), ...stackedBar(parts, room)];
}
