import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { OwnersView } from '../node/core/views/ring-views.js';
import type { Act } from './act.js';
import { NO_HISTORY, type History } from './history.js';
import { NO_JOBS, type JobFacts } from './job-facts.js';
import { NO_TRACKS, type Tracks } from './tracks.js';

export type ViewName =
  'overview' | 'ring' | 'gossip' | 'node' | 'hints' | 'jobs' | 'events' | 'help';

/** One moment on both clocks: durations are taken from the first, the time of day from the second. */
export interface Moment {
  readonly monoMs: number;
  readonly wallMs: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is known of the cluster, and since when. */
export interface Facts {
  readonly tick: WatchTick | undefined;
  readonly receivedMs: number;
  readonly history: History;
  /** How plans and repairs came on. */
  readonly tracks: Tracks;
  readonly jobs: JobFacts;
  /** Newest last, at most LIMITS.events. */
  readonly events: readonly EventView[];
}

/** The stream of ticks, as the banner tells it. */
export type Link =
  | { readonly kind: 'connecting'; readonly node: string | undefined; readonly sinceMs: number }
  | { readonly kind: 'live'; readonly node: string }
  | {
      readonly kind: 'lost';
      /** Undefined when no node was ever reached. */
      readonly node: string | undefined;
      readonly sinceMs: number;
      readonly reason: string;
      readonly trying: string | undefined;
    };

/** Where the reader is in one view. */
export interface Place {
  /** Row that is selected; undefined for the first, whichever that is. */
  readonly selected: string | undefined;
  /** Where it was when last seen, for the day it disappears. */
  readonly index: number;
  readonly top: number;
  readonly filter: string;
  readonly sort: string | undefined;
  readonly reverse: boolean;
}

/** A line of text that is being typed, before anything else gets the keys. */
export interface Prompt {
  readonly kind: 'filter' | 'command' | 'key';
  readonly text: string;
  /** What to go back to on esc. */
  readonly before: string;
}

/** The owners of a key that was asked for. */
export interface Lookup {
  readonly key: string;
  readonly owners: OwnersView | undefined;
  readonly error: string | undefined;
}

interface Notice {
  readonly text: string;
  readonly bad: boolean;
  readonly untilMs: number;
}

export type Severity = EventView['severity'];

/** All that a frame is drawn from. */
export interface State {
  readonly now: Moment;
  readonly size: Size;
  readonly facts: Facts;
  /** The facts that are shown instead while the display stands still. */
  readonly frozen: { readonly facts: Facts; readonly at: Moment } | undefined;
  readonly link: Link;
  readonly view: ViewName;
  readonly previous: ViewName;
  /** Where esc leads to from the views that are opened from others. */
  readonly origins: { readonly node: ViewName; readonly help: ViewName };
  readonly places: Readonly<Record<ViewName, Place>>;
  /** Subject of the Node view. */
  readonly node: string | undefined;
  readonly intervalMs: number;
  readonly prompt: Prompt | undefined;
  /** What is to be done once the reader says so, before anything else gets the keys. */
  readonly question: Act | undefined;
  readonly lookup: Lookup | undefined;
  readonly notice: Notice | undefined;
  readonly header: boolean;
  readonly wide: boolean;
  readonly matrix: boolean;
  /** First column of the matrix that is shown. */
  readonly matrixLeft: number;
  readonly ages: boolean;
  readonly severity: Severity;
}

const START: Place = {
  selected: undefined,
  index: 0,
  top: 0,
  filter: '',
  sort: undefined,
  reverse: false,
};

/** The state before anything is known. */
export function initialState(
  now: Moment,
  options: { readonly size: Size; readonly intervalMs: number; readonly view: ViewName },
): State {
  return {
    now,
    size: options.size,
    facts: {
      tick: undefined,
      receivedMs: now.monoMs,
      history: NO_HISTORY,
      tracks: NO_TRACKS,
      jobs: NO_JOBS,
      events: [],
    },
    frozen: undefined,
    link: { kind: 'connecting', node: undefined, sinceMs: now.monoMs },
    view: options.view,
    previous: 'overview',
    origins: { node: 'overview', help: 'overview' },
    places: {
      overview: START,
      ring: START,
      gossip: START,
      node: START,
      hints: START,
      jobs: START,
      events: START,
      help: START,
    },
    node: undefined,
    intervalMs: options.intervalMs,
    prompt: undefined,
    question: undefined,
    lookup: undefined,
    notice: undefined,
    header: true,
    wide: false,
    matrix: false,
    matrixLeft: 0,
    ages: false,
    severity: 'info',
  };
}

/** The facts on display: those of now, or those of when it was frozen. */
export function shownFacts(state: State): Facts {
  return state.frozen?.facts ?? state.facts;
}

/** How old the shown facts are, in ms. */
export function factsAgeMs(state: State): number {
  const at = state.frozen?.at ?? state.now;
  return Math.max(0, at.monoMs - shownFacts(state).receivedMs);
}

/** True when the facts no longer follow the cluster, because the viewed node is lost or silent. */
export function isStale(state: State): boolean {
  if (state.frozen !== undefined || state.facts.tick === undefined) return false;
  return state.link.kind === 'lost' || factsAgeMs(state) > quietMs(state.intervalMs);
}

/** How old facts may be before they count as old: a tick may be late, but two are not. */
function quietMs(intervalMs: number): number {
  return Math.max(2500, 2.5 * intervalMs);
}

/** How long a stream may be silent before its node counts as lost. */
export function silenceMs(intervalMs: number): number {
  return Math.max(4000, 3 * intervalMs + 1000);
}

/** Time since the last tick that ages may be extended by; none for facts that do not follow the cluster. */
export function elapsedMs(state: State): number {
  const ageMs = factsAgeMs(state);
  return isStale(state) || ageMs > quietMs(state.intervalMs) ? 0 : ageMs;
}
