import type { Action } from './actions.js';
import { act, causes, does, effect, type Binding } from './binding.js';
import type { Stroke } from './keys.js';
import { eventId } from './rows.js';
import type { State, ViewName } from './state.js';

const INTERVAL_STEP_MS = 250;

const move = (
  made: Pick<Binding, 'strokes' | 'label' | 'text' | 'hint'>,
  motion: Extract<Action, { type: 'move' }>['motion'],
): Binding => does(made, { type: 'move', motion });

const DIGITS: readonly (readonly [Stroke, ViewName])[] = [
  ['1', 'overview'],
  ['2', 'ring'],
  ['3', 'gossip'],
  ['4', 'node'],
  ['7', 'hints'],
  ['8', 'jobs'],
  ['9', 'events'],
];

const interval = (label: string, strokes: readonly Stroke[], step: number): Binding => ({
  strokes,
  label,
  text: 'refresh interval longer, shorter',
  run: ({ intervalMs }) =>
    effect({ type: 'set-interval', intervalMs: Math.max(INTERVAL_STEP_MS, intervalMs + step) }),
});

const moving: readonly Binding[] = [
  move(
    {
      strokes: ['j', 'down'],
      label: 'j k',
      text: 'down, up; arrows do the same',
      hint: [1, 'j/k move'],
    },
    { by: 'row', count: 1 },
  ),
  move({ strokes: ['k', 'up'], label: '', text: '' }, { by: 'row', count: -1 }),
  move(
    { strokes: ['ctrl-d'], label: 'ctrl-d ctrl-u', text: 'half a page down, up' },
    { by: 'half', count: 1 },
  ),
  move({ strokes: ['ctrl-u'], label: '', text: '' }, { by: 'half', count: -1 }),
  move(
    { strokes: ['pgdn'], label: 'PgDn PgUp', text: 'a page down, up' },
    { by: 'page', count: 1 },
  ),
  move({ strokes: ['pgup'], label: '', text: '' }, { by: 'page', count: -1 }),
  move(
    { strokes: ['g', 'home'], label: 'g G', text: 'first row, last row; Home and End too' },
    { by: 'end', count: -1 },
  ),
  move({ strokes: ['G', 'end'], label: '', text: '' }, { by: 'end', count: 1 }),
];

const searching: readonly Binding[] = [
  {
    strokes: ['/'],
    label: '/',
    text: 'show only rows with a text',
    hint: [3, '/ filter'],
    run: ({ places, view }) => {
      const { filter } = places[view];
      return act({ type: 'prompt', prompt: { kind: 'filter', text: filter, before: filter } });
    },
  },
  move(
    { strokes: ['n'], label: 'n N', text: 'next match, match before' },
    { by: 'match', count: 1 },
  ),
  move({ strokes: ['N'], label: '', text: '' }, { by: 'match', count: -1 }),
  {
    strokes: [':'],
    label: ':',
    text: 'type a command',
    hint: [7, ': command'],
    run: () => act({ type: 'prompt', prompt: { kind: 'command', text: '', before: '' } }),
  },
];

const switching: readonly Binding[] = [
  ...DIGITS.map(([digit, view], i) => {
    const label = i === 0 ? '1 2 3 4 7 8 9' : '';
    const text = 'overview, ring, gossip, node, hints, jobs, events';
    return does({ strokes: [digit], label, text }, { type: 'view', view });
  }),
  does(
    { strokes: ['tab'], label: 'tab shift-tab', text: 'next view, view before' },
    { type: 'next-view', count: 1 },
  ),
  does({ strokes: ['shift-tab'], label: '', text: '' }, { type: 'next-view', count: -1 }),
  does({ strokes: ['-'], label: '-', text: 'the view before this one' }, { type: 'last-view' }),
  does(
    { strokes: ['esc'], label: 'esc', text: 'back: key, filter, order, view' },
    { type: 'back' },
  ),
];

const display: readonly Binding[] = [
  does(
    {
      strokes: ['p', 'space'],
      label: 'p',
      text: 'pause and go on; space too',
      hint: [8, 'p pause'],
    },
    { type: 'freeze' },
  ),
  interval('+ _', ['+', '='], INTERVAL_STEP_MS),
  // `-` is the last view, as in k9s; `_` is the same key with shift.
  interval('', ['_'], -INTERVAL_STEP_MS),
  does(
    { strokes: ['w'], label: 'w', text: 'wide: the table without the pane' },
    { type: 'toggle', what: 'wide' },
  ),
  does(
    { strokes: ['e'], label: 'e', text: 'header on and off' },
    { type: 'toggle', what: 'header' },
  ),
];

const doing: readonly Binding[] = [
  {
    strokes: ['c'],
    label: 'c',
    text: 'copy the row to the clipboard (OSC 52)',
    run: (state, id) => {
      if (id === undefined) return undefined;
      return effect({ type: 'copy', text: state.view === 'events' ? eventText(state, id) : id });
    },
  },
  causes(
    { strokes: ['ctrl-s'], label: 'ctrl-s', text: 'save what is shown: JSON and text' },
    { type: 'save' },
  ),
  causes({ strokes: ['ctrl-r'], label: 'ctrl-r', text: 'ask the node again' }, { type: 'refetch' }),
  causes(
    { strokes: ['ctrl-l'], label: 'ctrl-l', text: 'draw everything again' },
    { type: 'repaint' },
  ),
  causes({ strokes: ['ctrl-z'], label: 'ctrl-z', text: 'suspend' }, { type: 'suspend' }),
  does(
    { strokes: ['?', '0'], label: '?', text: 'help, and back', hint: [9, '? help'] },
    { type: 'view', view: 'help' },
  ),
  causes(
    { strokes: ['q', 'ctrl-c'], label: 'q', text: 'quit; ctrl-c too', hint: [99, 'q quit'] },
    { type: 'quit' },
  ),
];

/** Keys that work in every view. */
export const GLOBAL_BINDINGS: readonly Binding[] = [
  ...moving,
  ...searching,
  ...switching,
  ...display,
  ...doing,
];

function eventText(state: State, id: string): string {
  const event = state.facts.events.find((candidate) => id === eventId(candidate));
  return event === undefined
    ? id
    : `${new Date(event.atMs).toISOString()} ${event.node} ${event.message}`;
}
