import { hintsByTarget, type TargetHints } from '../node/core/hints/hints-view.js';
import type { EventView } from '../node/core/views/event-views.js';
import type { GossipNodeView, ObserverView } from '../node/core/views/gossip-views.js';
import type { NodeView } from '../node/core/views/node-views.js';
import type { RingNodeView } from '../node/core/views/ring-views.js';
import { clean } from './line.js';
import { shownFacts, type Severity, type State } from './state.js';

/** True when the filter is empty, occurs in one of the texts, or starts with `!` and occurs in none. */
export function matches(filter: string, texts: readonly (string | undefined)[]): boolean {
  const inverse = filter.startsWith('!');
  const wanted = (inverse ? filter.slice(1) : filter).toLowerCase();
  if (wanted === '') return true;
  return texts.some((text) => text?.toLowerCase().includes(wanted)) !== inverse;
}

/** Identifies an event among those of all nodes, also after the node that saw it started anew. */
export function eventId({ node, sequence, atMs }: EventView): string {
  return `${node}/${sequence}/${atMs}`;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, bad: 2 };

export function overviewRows(state: State): readonly NodeView[] {
  const { filter } = state.places.overview;
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  return nodes.filter((node) =>
    matches(filter, [node.name, node.state, node.rack, node.dc, node.address, node.host]),
  );
}

export function ringRows(state: State): readonly RingNodeView[] {
  const { filter } = state.places.ring;
  const nodes = shownFacts(state).tick?.ring.nodes ?? [];
  return nodes.filter((node) => matches(filter, [node.name, node.state, node.rack, node.dc]));
}

export function gossipRows(state: State): readonly GossipNodeView[] {
  const { filter } = state.places.gossip;
  const nodes = shownFacts(state).tick?.gossip.nodes ?? [];
  return nodes.filter((node) => matches(filter, [node.name, node.state, node.release]));
}

/** Rows of the who-sees-whom matrix. */
export function observerRows(state: State): readonly ObserverView[] {
  const { filter } = state.places.gossip;
  const observers = shownFacts(state).tick?.gossip.observers ?? [];
  return observers.filter(({ node }) => matches(filter, [node]));
}

/** What is kept for each node that missed writes. */
export function hintRows(state: State): readonly TargetHints[] {
  const { filter } = state.places.hints;
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  return hintsByTarget({ nodes }).filter(({ target, targetState, state: replay, holders }) =>
    matches(filter, [target, targetState, replay, ...holders.map(({ node }) => node)]),
  );
}

/** Events of at least the chosen severity, newest first. */
export function eventRows(state: State): readonly EventView[] {
  const { filter } = state.places.events;
  const least = RANK[state.severity];
  return shownFacts(state)
    .events.filter(
      (event) =>
        RANK[event.severity] >= least &&
        matches(filter, [event.node, event.kind, event.severity, clean(event.message)]),
    )
    .reverse();
}

/** How many events their nodes counted that are not here; a node that starts anew counts from the beginning. */
export function missedEvents(events: readonly EventView[]): number {
  const last = new Map<string, number>();
  let missed = 0;
  for (const { node, sequence } of events) {
    const before = last.get(node);
    if (before !== undefined && sequence > before + 1) missed += sequence - before - 1;
    last.set(node, sequence);
  }
  return missed;
}
