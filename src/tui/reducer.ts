import { LIMITS } from '../node/core/limits.js';
import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { Action, Motion, Timed } from './actions.js';
import { remember } from './history.js';
import { withRepairs, type JobFacts } from './job-facts.js';
import { repairJobs } from './job-rows.js';
import { eventId } from './rows.js';
import { shownFacts, type Facts, type Place, type Severity, type State } from './state.js';
import { trackPlan, trackRepairs } from './tracks.js';
import { matrixSubjects } from './views/matrix.js';
import { subjectOf } from './views/node.js';
import { currentView, TABS } from './views/registry.js';
import { selectedIndex, windowOf } from './views/view.js';

const NOTICE_MS = 5000;

/** The state after an action; the old one is left as it was. */
export function reduce(before: State, { action, now }: Timed): State {
  const state: State = { ...before, now };
  switch (action.type) {
    case 'tick':
      return { ...state, facts: withTick(state.facts, action.tick, now.monoMs) };
    case 'events':
      return {
        ...state,
        facts: { ...state.facts, events: merge(state.facts.events, action.events) },
      };
    case 'topology':
      return { ...state, facts: withJobs(state.facts, { topology: action.topology }) };
    case 'repairs': {
      const repairs = withRepairs(state.facts.jobs.repairs, action.answers);
      const facts = withJobs(state.facts, { repairs });
      const tracks = trackRepairs(facts.tracks, repairJobs(facts), now.monoMs);
      return { ...state, facts: { ...facts, tracks } };
    }
    case 'link':
      return { ...state, link: action.link };
    case 'time':
      return state;
    case 'resize':
      return { ...state, size: action.size };
    case 'prompt':
      return { ...state, prompt: action.prompt };
    case 'question':
      return { ...state, question: action.question };
    case 'interval':
      return { ...state, intervalMs: action.intervalMs };
    case 'freeze':
      return freeze(state);
    case 'lookup':
      return { ...state, lookup: action.lookup };
    case 'notice':
      return withNotice(state, action.text, action.bad ?? false);
    case 'severity':
      return inPlace({ ...state, severity: nextSeverity(state.severity) }, { top: 0 });
    case 'toggle':
      return { ...state, [action.what]: !state[action.what] };
    case 'view':
    case 'next-view':
    case 'last-view':
    case 'node':
    case 'next-node':
    case 'move':
    case 'matrix-column':
    case 'back':
    case 'filter':
    case 'sort-next':
    case 'sort':
    case 'sort-reverse':
    case 'follow':
      return moveAbout(state, action);
  }
}

type Still =
  | 'tick'
  | 'events'
  | 'topology'
  | 'repairs'
  | 'link'
  | 'time'
  | 'resize'
  | 'prompt'
  | 'question'
  | 'interval';
type Shown = 'freeze' | 'lookup' | 'notice' | 'severity' | 'toggle';
type Moving = Exclude<Action, { type: Still | Shown }>;

/** What changes the view, and the place in it. */
function moveAbout(state: State, action: Moving): State {
  const place = state.places[state.view];
  switch (action.type) {
    case 'view':
      return goTo(state, action.view);
    case 'next-view':
      return goTo(state, neighbour(state, action.count));
    case 'last-view':
      return goTo(state, state.previous);
    case 'node':
      return goTo(withSubject(state, action.name), 'node');
    case 'next-node':
      return withSubject(state, nextNode(state, action.count));
    case 'move':
      return inPlace(state, moved(state, action.motion));
    case 'matrix-column':
      return { ...state, matrixLeft: column(state, action.count) };
    case 'back':
      return back(state, place);
    case 'filter':
      return inPlace(state, { filter: action.text, top: 0 });
    case 'sort-next':
      return inPlace(state, nextSort(state, place));
    case 'sort':
      return inPlace(state, { sort: action.column, reverse: startsLarge(state, action.column) });
    case 'sort-reverse':
      return inPlace(state, { reverse: !place.reverse });
    case 'follow':
      return inPlace(state, { selected: undefined, index: 0, top: 0 });
  }
}

function withTick(facts: Facts, tick: WatchTick, monoMs: number): Facts {
  return {
    tick,
    receivedMs: monoMs,
    history: remember(facts.history, tick.status),
    tracks: trackPlan(facts.tracks, tick.status, monoMs),
    jobs: facts.jobs,
    events: merge(facts.events, tick.events),
  };
}

function withJobs(facts: Facts, change: Partial<JobFacts>): Facts {
  return { ...facts, jobs: { ...facts.jobs, ...change } };
}

/** Old and new events in the order of time, each once, the newest ones kept. */
function merge(old: readonly EventView[], fresh: readonly EventView[]): readonly EventView[] {
  if (fresh.length === 0) return old;
  const known = new Set(old.map(eventId));
  const added = fresh.filter((event) => !known.has(eventId(event)));
  if (added.length === 0) return old;
  const all = [...old, ...added].sort((a, b) => a.atMs - b.atMs);
  return all.slice(-LIMITS.events);
}

function freeze(state: State): State {
  const frozen = state.frozen === undefined ? { facts: state.facts, at: state.now } : undefined;
  return { ...state, frozen };
}

function withNotice(state: State, text: string, bad: boolean): State {
  return { ...state, notice: { text, bad, untilMs: state.now.monoMs + NOTICE_MS } };
}

function nextSeverity(severity: Severity): Severity {
  return ({ info: 'warn', warn: 'bad', bad: 'info' } as const)[severity];
}

function inPlace(state: State, change: Partial<Place>): State {
  const place = { ...state.places[state.view], ...change };
  return { ...state, places: { ...state.places, [state.view]: place } };
}

function goTo(state: State, view: State['view']): State {
  if (view === state.view) return view === 'help' ? goTo(state, state.origins.help) : state;
  const { origins } = state;
  const from = { ...state, view, previous: state.view };
  if (view === 'help') return { ...from, origins: { ...origins, help: state.view } };
  if (view !== 'node' || state.view === 'help') return from;
  return { ...from, origins: { ...origins, node: state.view } };
}

function withSubject(state: State, name: string | undefined): State {
  const places = { ...state.places, node: { ...state.places.node, top: 0, selected: undefined } };
  return { ...state, node: name, places };
}

function neighbour(state: State, count: 1 | -1): State['view'] {
  const at = TABS.findIndex(({ view }) => view === state.view);
  if (at === -1) return state.origins.help;
  return TABS[(at + count + TABS.length) % TABS.length]!.view;
}

function nextNode(state: State, count: 1 | -1): string | undefined {
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  const at = nodes.findIndex(({ name }) => name === subjectOf(state)?.name);
  return at === -1 ? undefined : nodes[(at + count + nodes.length) % nodes.length]?.name;
}

function column({ matrixLeft, ...state }: State, count: 1 | -1): number {
  const last = Math.max(0, matrixSubjects({ matrixLeft, ...state }).length - 1);
  return Math.max(0, Math.min(last, matrixLeft + count));
}

function moved(state: State, motion: Motion): Partial<Place> {
  const view = currentView(state);
  const place = state.places[state.view];
  const ids = view.ids(state);
  const from = selectedIndex(place, ids);
  if (from === undefined) return {};
  const visible = view.visible(state);
  const to = destination(motion, { from, visible, total: ids.length });
  const next: Place = { ...place, selected: ids[to], index: to };
  return { ...next, top: windowOf(next, ids, visible).top };
}

function destination(
  { by, count }: Motion,
  list: { readonly from: number; readonly visible: number; readonly total: number },
): number {
  const { from, visible, total } = list;
  if (by === 'match') return (from + count + total) % total;
  const step = { row: 1, half: Math.max(1, Math.floor(visible / 2)), page: visible, end: total }[
    by
  ];
  return Math.max(0, Math.min(total - 1, from + count * step));
}

/** Esc takes back one thing at a time: the key that was looked up, the filter, the sort order, the view. */
function back(state: State, place: Place): State {
  if (state.view === 'ring' && state.lookup !== undefined) return { ...state, lookup: undefined };
  if (place.filter !== '') return inPlace(state, { filter: '', top: 0 });
  if (state.view === 'gossip' && state.matrix) return { ...state, matrix: false };
  if (place.sort !== undefined || place.reverse) {
    return inPlace(state, { sort: undefined, reverse: false });
  }
  if (state.view === 'node' || state.view === 'help') return goTo(state, state.origins[state.view]);
  return state;
}

function startsLarge(state: State, id: string): boolean {
  const found = currentView(state)
    .sorts(state)
    .find((sort) => sort.id === id);
  return found?.descending ?? false;
}

/** The columns in turn, and after the last the order of the cluster itself. */
function nextSort(state: State, { sort }: Place): Partial<Place> {
  const sorts = currentView(state).sorts(state);
  const at = sorts.findIndex(({ id }) => id === sort);
  const next = sorts[at + 1];
  return { sort: next?.id, reverse: next?.descending ?? false, top: 0 };
}
