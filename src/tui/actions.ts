import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { TopologyView } from '../node/core/views/topology-views.js';
import type { Act } from './act.js';
import type { RepairsAnswer } from './job-facts.js';
import type { Link, Lookup, Moment, Prompt, Size, ViewName } from './state.js';

/** How far the selection moves: rows, pages, or to an end. */
export type Motion =
  | { readonly by: 'row' | 'page' | 'half'; readonly count: 1 | -1 }
  | { readonly by: 'end'; readonly count: 1 | -1 }
  /** Round and round through the matches. */
  | { readonly by: 'match'; readonly count: 1 | -1 };

/** Everything that changes the state. */
export type Action =
  | { readonly type: 'tick'; readonly tick: WatchTick }
  | { readonly type: 'events'; readonly events: readonly EventView[] }
  | { readonly type: 'topology'; readonly topology: TopologyView }
  | { readonly type: 'repairs'; readonly answers: readonly RepairsAnswer[] }
  | { readonly type: 'link'; readonly link: Link }
  | { readonly type: 'time' }
  | { readonly type: 'resize'; readonly size: Size }
  | { readonly type: 'view'; readonly view: ViewName }
  | { readonly type: 'next-view'; readonly count: 1 | -1 }
  | { readonly type: 'last-view' }
  | { readonly type: 'node'; readonly name: string }
  | { readonly type: 'next-node'; readonly count: 1 | -1 }
  | { readonly type: 'move'; readonly motion: Motion }
  | { readonly type: 'matrix-column'; readonly count: 1 | -1 }
  | { readonly type: 'back' }
  | { readonly type: 'prompt'; readonly prompt: Prompt | undefined }
  | { readonly type: 'question'; readonly question: Act | undefined }
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'sort-next' }
  | { readonly type: 'sort'; readonly column: string }
  | { readonly type: 'sort-reverse' }
  | { readonly type: 'interval'; readonly intervalMs: number }
  | { readonly type: 'toggle'; readonly what: 'header' | 'wide' | 'matrix' | 'ages' }
  | { readonly type: 'freeze' }
  | { readonly type: 'severity' }
  | { readonly type: 'follow' }
  | { readonly type: 'lookup'; readonly lookup: Lookup | undefined }
  | { readonly type: 'notice'; readonly text: string; readonly bad?: boolean };

/** What the dashboard does beyond its state: to the terminal, to files, to the source. */
export type Effect =
  | { readonly type: 'quit' }
  | { readonly type: 'suspend' }
  | { readonly type: 'repaint' }
  | { readonly type: 'refetch' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save' }
  | { readonly type: 'look-up'; readonly key: string }
  | { readonly type: 'act'; readonly act: Act }
  | { readonly type: 'view-from'; readonly name: string }
  | { readonly type: 'set-interval'; readonly intervalMs: number };

export type Command = { readonly action: Action } | { readonly effect: Effect };

/** The moment an action is applied at is given with it, so that reducing is repeatable. */
export interface Timed {
  readonly action: Action;
  readonly now: Moment;
}
