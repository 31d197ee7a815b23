import type { EventView } from '../../node/core/views/event-views.js';
import { formatClock } from '../format.js';
import { clean, padText, span, type Line } from '../line.js';
import { severityMark } from './node-state.js';

/** An event in one line, as the Overview lists it. */
export function eventLine(event: EventView): Line {
  return [
    span(' '),
    severityMark(event.severity),
    span(' '),
    span(formatClock(event.atMs), 'dim'),
    span(` ${padText(clean(event.node), 4)} `),
    span(`${padText(event.kind, 9)} `, 'dim'),
    span(clean(event.message), event.severity === 'info' ? undefined : event.severity),
  ];
}
