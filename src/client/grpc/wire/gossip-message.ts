import type { GossipResponse, WatchTick as TickMessage } from '../../../generated/kv/v1/admin.js';
import type { WatchTick } from '../../../node/core/views/event-views.js';
import type { GossipView } from '../../../node/core/views/gossip-views.js';
import type { LivenessState } from '../../../node/core/views/node-views.js';
import { livenessOf, shownStateOf, sightingFromMessage } from './report-message.js';
import { required } from './required.js';
import { ringFromMessage } from './ring-message.js';
import { eventFromMessage, statusFromMessage } from './status-message.js';

/** The message of a gossip view: a map that may be absent needs a message around it. */
export function gossipToMessage(view: GossipView): GossipResponse {
  return {
    ...view,
    observers: view.observers.map(({ node, sees }) => ({
      node,
      sees: sees === undefined ? undefined : { liveness: sees },
    })),
  };
}

/** The answer of `Gossip`. @throws BadFrame when it is not one */
export function gossipFromMessage(message: GossipResponse): GossipView {
  return {
    ...message,
    ring: required(message.ring),
    nodes: message.nodes.map((node) => ({
      ...sightingFromMessage(node),
      state: shownStateOf(node.state),
      self: node.self,
      upIn: node.upIn,
      askedIn: node.askedIn,
    })),
    observers: message.observers.map(({ node, sees }) => ({
      node,
      sees: sees === undefined ? undefined : livenessByNode(sees.liveness),
    })),
  };
}

/** The message of one tick of the live view. */
export function tickToMessage(tick: WatchTick): TickMessage {
  return { ...tick, gossip: gossipToMessage(tick.gossip) };
}

/** One tick of the live view. @throws BadFrame when it is not one */
export function tickFromMessage(message: TickMessage): WatchTick {
  return {
    status: statusFromMessage(required(message.status)),
    ring: ringFromMessage(required(message.ring)),
    gossip: gossipFromMessage(required(message.gossip)),
    events: message.events.map(eventFromMessage),
  };
}

function livenessByNode(sees: Readonly<Record<string, string>>): Record<string, LivenessState> {
  return Object.fromEntries(Object.entries(sees).map(([name, text]) => [name, livenessOf(text)]));
}
