import type { TargetHints } from '../node/core/hints/hints-view.js';
import { act, does, effect, type Binding } from './binding.js';
import { askHints } from './hint-question.js';
import { askCancel, askPause } from './job-question.js';
import { jobRows, type JobRow } from './job-rows.js';
import { hintRows } from './rows.js';
import { shownFacts, type State, type ViewName } from './state.js';
import { subjectOf } from './views/node.js';

const openNode: Binding = {
  strokes: ['enter'],
  label: 'enter',
  text: 'show the selected node',
  hint: [2, 'enter node'],
  run: (_state, name) => (name === undefined ? undefined : act({ type: 'node', name })),
};

/** What is kept for a node that was removed has no view to lead to. */
const openTarget: Binding = {
  ...openNode,
  text: 'show the node that missed writes',
  run: (state, name) => {
    const nodes = shownFacts(state).tick?.status.nodes ?? [];
    return nodes.some((node) => node.name === name) ? openNode.run(state, name) : undefined;
  },
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

const nextSort = does(
  { strokes: ['s'], label: 's S', text: 'sort by the next column, reverse', hint: [4, 's sort'] },
  { type: 'sort-next' },
);

/** What is kept for the selected node. */
function selectedHints(state: State, selected: string | undefined): TargetHints | undefined {
  return hintRows(state).find(({ target }) => target === selected);
}

const onHints: readonly Binding[] = [
  {
    strokes: ['r'],
    label: 'r',
    text: 'replay its hints now; asks first',
    hint: [2.5, 'r replay'],
    run: (state, selected) => {
      const hints = selectedHints(state, selected);
      return hints === undefined ? undefined : askHints(hints, 'replay');
    },
  },
  {
    strokes: ['P'],
    label: 'P',
    text: 'hold its hints back, or let them go on; asks first',
    hint: [2.6, 'P hold back'],
    run: (state, selected) => {
      const hints = selectedHints(state, selected);
      if (hints === undefined) return undefined;
      return askHints(hints, hints.state === 'paused' ? 'resume' : 'pause');
    },
  },
];

function selectedJob(state: State, selected: string | undefined): JobRow | undefined {
  return jobRows(state).find(({ id }) => id === selected);
}

const onJobs: readonly Binding[] = [
  {
    ...openNode,
    text: 'show the node that drives the job',
    run: (state, selected) => {
      const name = selectedJob(state, selected)?.node ?? '';
      return name === '' ? undefined : openNode.run(state, name);
    },
  },
  {
    // As in the view of hints.
    strokes: ['z', 'P'],
    label: 'z',
    text: 'let the plan wait, or go on; asks first; P too',
    hint: [2.5, 'z pause/resume'],
    run: (state, selected) => {
      const job = selectedJob(state, selected);
      return job === undefined ? undefined : askPause(job);
    },
  },
  {
    strokes: ['C'],
    label: 'C',
    text: 'take the plan back, or stop the repair; asks first',
    hint: [2.6, 'C cancel'],
    run: (state, selected) => {
      const job = selectedJob(state, selected);
      return job === undefined ? undefined : askCancel(job);
    },
  },
];

const sorting: readonly Binding[] = [
  nextSort,
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
  hints: [
    openTarget,
    ...onHints,
    nextSort,
    does({ strokes: ['S'], label: '', text: '' }, { type: 'sort-reverse' }),
  ],
  jobs: [
    ...onJobs,
    nextSort,
    does({ strokes: ['S'], label: '', text: '' }, { type: 'sort-reverse' }),
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
