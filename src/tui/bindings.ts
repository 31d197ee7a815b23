import type { Action, Command, Effect } from './actions.js';
import type { Stroke } from './keys.js';
import { eventId } from './rows.js';
import type { State, ViewName } from './state.js';
import { subjectOf } from './views/node.js';

/** What a key does, where, and how help names it. */
export interface Binding {
  readonly strokes: readonly Stroke[];
  /** As help and the key line write it; empty where another binding speaks for this one too. */
  readonly label: string;
  /** What help says of it. */
  readonly text: string;
  /** Its rank in the key line, and what stands there; absent for keys that only help lists. */
  readonly hint?: readonly [rank: number, text: string] | undefined;
  /** The command, given the row that is selected. */
  run(state: State, selected: string | undefined): Command | undefined;
}

const act = (action: Action): Command => ({ action });
const effect = (made: Effect): Command => ({ effect: made });

type Made = Omit<Binding, 'run'>;
const does = (made: Made, action: Action): Binding => ({ ...made, run: () => act(action) });
const causes = (made: Made, wanted: Effect): Binding => ({ ...made, run: () => effect(wanted) });

const INTERVAL_STEP_MS = 250;

const openNode: Binding = {
  strokes: ['enter'],
  label: 'enter',
  text: 'show the selected node',
  hint: [2, 'enter node'],
  run: (_state, name) => (name === undefined ? undefined : act({ type: 'node', name })),
};

const viewFrom: Binding = {
  strokes: ['V'],
  label: 'V',
  text: 'see the cluster as the selected node does',
  hint: [10, 'V view from it'],
  run: (state, selected) => {
    const name = state.view === 'node' ? subjectOf(state)?.name : selected;
    return name === undefined ? undefined : effect({ type: 'view-from', name });
  },
};

const sorting: readonly Binding[] = [
  does(
    { strokes: ['s'], label: 's S', text: 'sort by the next column, reverse', hint: [4, 's sort'] },
    { type: 'sort-next' },
  ),
  does({ strokes: ['S', 'r'], label: '', text: '' }, { type: 'sort-reverse' }),
];

/** Keys of one view; they come before the global ones. */
export const VIEW_BINDINGS: Readonly<Record<ViewName, readonly Binding[]>> = {
  overview: [openNode, viewFrom, ...sorting],
  ring: [
    {
      strokes: ['g'],
      label: 'g',
      text: 'type a key, see its owners',
      hint: [1.5, 'g find a key'],
      run: () => act({ type: 'prompt', prompt: { kind: 'key', text: '', before: '' } }),
    },
    openNode,
    viewFrom,
    ...sorting,
  ],
  gossip: [
    openNode,
    does(
      { strokes: ['M'], label: 'M', text: 'matrix: who sees whom', hint: [5, 'M matrix'] },
      { type: 'toggle', what: 'matrix' },
    ),
    viewFrom,
    does(
      { strokes: ['l', 'right'], label: 'h l', text: 'columns of the matrix' },
      { type: 'matrix-column', count: 1 },
    ),
    does({ strokes: ['h', 'left'], label: '', text: '' }, { type: 'matrix-column', count: -1 }),
    ...sorting,
  ],
  node: [
    does(
      {
        strokes: ['['],
        label: '[ ]',
        text: 'the node before, the next one',
        hint: [2, '[] other node'],
      },
      { type: 'next-node', count: -1 },
    ),
    does({ strokes: [']'], label: '', text: '' }, { type: 'next-node', count: 1 }),
    { ...openNode, hint: undefined },
    viewFrom,
    ...sorting,
  ],
  events: [
    does(
      { strokes: ['f'], label: 'f', text: 'follow: stay with the newest', hint: [2, 'f follow'] },
      { type: 'follow' },
    ),
    does(
      {
        strokes: ['v'],
        label: 'v',
        text: 'all, warnings, or only the worst',
        hint: [4, 'v severity'],
      },
      { type: 'severity' },
    ),
    does(
      { strokes: ['t'], label: 't', text: 'time of day, or how long ago', hint: [5, 't times'] },
      { type: 'toggle', what: 'ages' },
    ),
    does(
      {
        strokes: ['w'],
        label: 'w',
        text: 'the whole text of the selected event',
        hint: [6, 'w whole text'],
      },
      { type: 'toggle', what: 'wide' },
    ),
  ],
  help: [],
};

const move = (
  made: Pick<Binding, 'strokes' | 'label' | 'text' | 'hint'>,
  motion: Extract<Action, { type: 'move' }>['motion'],
): Binding => does(made, { type: 'move', motion });

const DIGITS: readonly (readonly [Stroke, ViewName])[] = [
  ['1', 'overview'],
  ['2', 'ring'],
  ['3', 'gossip'],
  ['4', 'node'],
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
    const label = i === 0 ? '1 2 3 4 9' : '';
    const text = 'overview, ring, gossip, node, events';
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

/** The binding of a stroke in the current view. */
export function bindingOf(state: State, stroke: Stroke): Binding | undefined {
  const bound = ({ strokes }: Binding): boolean => strokes.includes(stroke);
  return VIEW_BINDINGS[state.view].find(bound) ?? GLOBAL_BINDINGS.find(bound);
}

function eventText(state: State, id: string): string {
  const event = state.facts.events.find((candidate) => id === eventId(candidate));
  return event === undefined
    ? id
    : `${new Date(event.atMs).toISOString()} ${event.node} ${event.message}`;
}
