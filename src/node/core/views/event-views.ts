import type { GossipView } from './gossip-views.js';
import type { RingView } from './ring-views.js';
import type { StatusView } from './status-views.js';

/** Something that happened to a node, with its reason. */
export interface EventView {
  /** Grows by one per event of a node; gaps mean that events were dropped. */
  readonly sequence: number;
  readonly atMs: number;
  /** Node that saw it. */
  readonly node: string;
  readonly kind:
    'gossip' | 'metadata' | 'store' | 'node' | 'clock' | 'transport' | 'hint' | 'repair';
  readonly severity: 'info' | 'warn' | 'bad';
  readonly message: string;
}

/** One tick of the live view: a whole state, so that a dropped tick costs nothing; events are never dropped silently. */
export interface WatchTick {
  readonly status: StatusView;
  readonly ring: RingView;
  readonly gossip: GossipView;
  /** Events since the tick before. */
  readonly events: readonly EventView[];
}
