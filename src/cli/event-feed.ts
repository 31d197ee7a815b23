import type { EventView } from '../node/core/views/event-views.js';

/** What a look at the events of one node has brought. */
export interface FreshEvents {
  readonly events: readonly EventView[];
  /** Events that came and went between two looks. */
  readonly missed: number;
}

/** Tells which events of each node were not seen before, also after a restart, with which a node begins to count anew. */
export class EventFeed {
  readonly #last = new Map<string, EventView>();

  /** @param events the newest ones of the node, oldest first */
  take(node: string, events: readonly EventView[]): FreshEvents {
    const last = this.#last.get(node);
    const newest = events.at(-1);
    if (newest !== undefined) this.#last.set(node, newest);
    if (last === undefined || isAnotherRun(last, events)) return { events, missed: 0 };
    const fresh = events.filter(({ sequence }) => sequence > last.sequence);
    const [first] = fresh;
    return { events: fresh, missed: first === undefined ? 0 : first.sequence - last.sequence - 1 };
  }
}

function isAnotherRun(last: EventView, events: readonly EventView[]): boolean {
  const newest = events.at(-1);
  if (newest !== undefined && newest.sequence < last.sequence) return true;
  const same = events.find(({ sequence }) => sequence === last.sequence);
  return same !== undefined && same.atMs !== last.atMs;
}

const SEVERITIES = ['info', 'warn', 'bad'] as const satisfies readonly EventView['severity'][];

/** Which events are wanted. */
export interface EventFilter {
  /** That severe, or more. */
  readonly severity: EventView['severity'];
  readonly kind: EventView['kind'] | undefined;
  /** Not older than that, in ms since 1970. */
  readonly sinceMs: number;
}

/** The events of several nodes that are wanted, in the order in which they happened. */
export function chosenEvents(
  events: readonly EventView[],
  { severity, kind, sinceMs }: EventFilter,
): readonly EventView[] {
  const least = SEVERITIES.indexOf(severity);
  return events
    .filter((event) => SEVERITIES.indexOf(event.severity) >= least)
    .filter((event) => (kind === undefined || event.kind === kind) && event.atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
}
