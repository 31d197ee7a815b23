import type { EventView } from '../../node/core/views/event-views.js';
import type { LivenessState, ShownState } from '../../node/core/views/node-views.js';
import type { Health } from '../../node/core/views/status-views.js';
import { formatLasting } from '../format.js';
import { span, type Role, type Span } from '../line.js';
import type { Planned } from '../planned.js';

const ROLES: Readonly<Record<ShownState, Role>> = {
  up: 'ok',
  suspect: 'warn',
  down: 'bad',
  joining: 'info',
  leaving: 'warn',
  removed: 'dim',
};

const MARKS: Readonly<Record<ShownState, string>> = {
  up: ' ',
  suspect: '?',
  down: 'x',
  joining: '+',
  leaving: '-',
  removed: '-',
};

/** One letter for the state of a node: what a plan makes of it comes first; `*` for the healthy node that was asked. */
export function stateMark(state: ShownState, viewing = false, planned?: Planned): Span {
  if (planned === 'joins') return span('+', 'info');
  if (planned === 'leaves') return span('-', state === 'down' ? 'bad' : 'warn');
  return viewing && state === 'up' ? span('*', 'accent') : span(MARKS[state], ROLES[state]);
}

/** The state in words, with how long it lasts when that matters. */
export function stateWord(state: ShownState, forMs: number): Span {
  const lasting = state === 'down' || state === 'suspect' ? ` ${formatLasting(forMs)}` : '';
  return span(state + lasting, ROLES[state]);
}

export function stateRole(state: ShownState): Role {
  return ROLES[state];
}

/** One letter for what one node sees of another. */
export function sightMark(liveness: LivenessState | undefined, up: string): Span {
  if (liveness === undefined) return span(' ');
  return liveness === 'up' ? span(up, 'ok') : stateMark(liveness);
}

const HEALTH_ROLES: Readonly<Record<Health, Role>> = {
  HEALTHY: 'ok',
  DEGRADED: 'warn',
  CRITICAL: 'alarm',
  UNKNOWN: 'dim',
};

export function healthSpan(health: Health): Span {
  return span(health, HEALTH_ROLES[health]);
}

/** One letter for how bad an event is. */
export function severityMark(severity: EventView['severity']): Span {
  if (severity === 'bad') return span('x', 'bad');
  return severity === 'warn' ? span('!', 'warn') : span(' ');
}
