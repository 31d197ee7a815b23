import type { LivenessState, ShownState, SightingView } from './node-views.js';

export interface GossipNodeView extends SightingView {
  readonly state: ShownState;
  readonly self: boolean;
  /** How many of the nodes that answered see it up, and how many answered. */
  readonly upIn: number;
  readonly askedIn: number;
}

export interface GossipView {
  readonly viewedFrom: string;
  readonly round: number;
  readonly intervalMs: number;
  readonly fanout: number;
  readonly suspectPhi: number;
  readonly ring: { readonly hash: string; readonly agreed: number; readonly asked: number };
  readonly nodes: readonly GossipNodeView[];
  /** One row per node: what it sees; undefined `sees` when it did not answer. */
  readonly observers: readonly ObserverView[];
}

export interface ObserverView {
  readonly node: string;
  readonly sees: Readonly<Record<string, LivenessState>> | undefined;
}
