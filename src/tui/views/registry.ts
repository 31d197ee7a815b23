import type { State, ViewName } from '../state.js';
import { eventsView } from './events.js';
import { gossipView } from './gossip.js';
import { helpView } from './help.js';
import { hintsView } from './hints.js';
import { jobsView } from './jobs.js';
import { nodeView } from './node.js';
import { overviewView } from './overview.js';
import { ringView } from './ring.js';
import { selectedIndex, type View } from './view.js';

const VIEWS: Readonly<Record<ViewName, View>> = {
  overview: overviewView,
  ring: ringView,
  gossip: gossipView,
  node: nodeView,
  hints: hintsView,
  jobs: jobsView,
  events: eventsView,
  help: helpView,
};

/** Tabs in their order; the numbers of views that are not there yet stay free. */
export const TABS: readonly { readonly view: ViewName; readonly label: string }[] = [
  { view: 'overview', label: '1Overview' },
  { view: 'ring', label: '2Ring' },
  { view: 'gossip', label: '3Gossip' },
  { view: 'node', label: '4Node' },
  { view: 'hints', label: '7Hints' },
  { view: 'jobs', label: '8Jobs' },
  { view: 'events', label: '9Events' },
];

/** The view on display. */
export function currentView(state: State): View {
  return VIEWS[state.view];
}

/** Identity of the selected row of the view on display. */
export function selectedId(state: State): string | undefined {
  const ids = currentView(state).ids(state);
  const index = selectedIndex(state.places[state.view], ids);
  return index === undefined ? undefined : ids[index];
}
