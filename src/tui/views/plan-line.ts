import { changesText, planParts, waitingText } from '../../node/core/views/plan-words.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { clean, clip, joinFitting, lineWidth, span, type Line } from '../line.js';
import type { Theme } from '../theme.js';

/** What changes the ring, or waits to; undefined while nothing does. */
export function planLine(
  { plan, staged, nodes }: StatusView,
  width: number,
  { glyphs }: Theme,
): Line | undefined {
  if (plan === undefined) {
    if (staged.length === 0) return undefined;
    const text = `${waitingText(staged)}: kv cluster plan`;
    return clip([span(' '), span(clean(text), 'warn')], width - 1, glyphs.cut);
  }
  const reports = nodes.map(({ report }) => report?.planReport);
  const [head = '', step = '', ...rest] = planParts(plan, reports).map(clean);
  // What it waits for may be long, and comes last: it is cut, the others are left out.
  const share = rest[0]?.endsWith('of ranges') === true ? rest[0] : '';
  const why = rest.slice(share === '' ? 0 : 1).join(', ');
  const parts: readonly Line[] = [
    [span(head, 'bold'), span(`: ${clean(changesText(plan.changes))}`)],
    [span(step, 'info')],
    [span(share)],
  ];
  const line = [span(' '), ...joinFitting(parts, width - 2)];
  const room = width - lineWidth(line) - 4;
  return why === '' || room < 12
    ? line
    : [...line, span('   '), ...clip([span(why, plan.paused ? 'warn' : 'dim')], room, glyphs.cut)];
}
