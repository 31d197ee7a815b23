import { assert } from '../../../stdx/assert.js';
import { LIMITS } from '../limits.js';
import type { EndpointDelta, EndpointDigest, EndpointFact } from '../messages.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import {
  compareIncarnations,
  mergeEndpoints,
  newEndpoint,
  versionOf,
  type EndpointState,
} from './endpoint-state.js';
import { isVolatileFact } from './fact-names.js';

/** Changed in place, since each changes several times a second; what it holds is not. */
interface Entry {
  state: EndpointState;
  digest: EndpointDigest;
  /** Round in which its state last changed here; heartbeats do not count. */
  changedRound: number;
}

/** What a delta changed in the table. */
export interface EndpointChange {
  readonly before: EndpointState | undefined;
  readonly after: EndpointState;
  /** A later start than the one known, or the first one known. */
  readonly started: boolean;
  /** The heartbeat moved on, or a later start brought one. */
  readonly beat: boolean;
  /** Facts that are new or have a new value. */
  readonly facts: readonly EndpointFact[];
}

/**
 * What one node knows of all endpoints: its own state, and that of nodes it admits, so that gossip alone never grows it.
 * The own entry changes only by `setSelf`.
 */
export class EndpointTable {
  readonly #entries = new Map<NodeId, Entry>();
  readonly selfId: NodeId;
  #admitted: ReadonlySet<NodeId> = new Set();

  constructor(self: EndpointState) {
    this.selfId = self.nodeId;
    this.#put(self, 0);
  }

  get size(): number {
    return this.#entries.size;
  }

  self(): EndpointState {
    const own = this.#entries.get(this.selfId);
    assert(own !== undefined, 'a table always holds its own endpoint');
    return own.state;
  }

  setSelf(state: EndpointState, round: number): void {
    assert(state.nodeId === this.selfId, 'the own state has the own id');
    const news = newFacts(state.facts, this.self().facts);
    const matters = news.some((fact) => !isVolatileFact(fact.name));
    const changedRound = matters ? round : this.changedRound(this.selfId);
    this.#put(state, changedRound);
  }

  /** Names the nodes whose states are kept; what is known of others is dropped. */
  admitOnly(ids: ReadonlySet<NodeId>): void {
    this.#admitted = ids;
    for (const id of this.#entries.keys()) if (!this.admits(id)) this.#entries.delete(id);
  }

  admits(id: NodeId): boolean {
    return id === this.selfId || this.#admitted.has(id);
  }

  get(id: NodeId): EndpointState | undefined {
    return this.#entries.get(id)?.state;
  }

  states(): readonly EndpointState[] {
    return [...this.#entries.values()].map((entry) => entry.state);
  }

  /** How much of each endpoint is known. */
  digests(): readonly EndpointDigest[] {
    return [...this.#entries.values()].map((entry) => entry.digest);
  }

  digestOf(id: NodeId): EndpointDigest | undefined {
    return this.#entries.get(id)?.digest;
  }

  /** Round in which the state of a node last changed here, or minus infinity when it is not known. */
  changedRound(id: NodeId): number {
    return this.#entries.get(id)?.changedRound ?? -Infinity;
  }

  /** True while a change of state is young enough to be sent ahead of everything else. */
  isHot(id: NodeId, round: number): boolean {
    return round - this.changedRound(id) < LIMITS.gossipHotRounds;
  }

  /** Merges what was heard of an admitted node; undefined when it adds nothing. */
  merge(delta: EndpointDelta, round: number): EndpointChange | undefined {
    assert(delta.nodeId !== this.selfId, 'nobody else states the own facts');
    assert(this.admits(delta.nodeId), 'a table keeps only the nodes it admits');
    const entry = this.#entries.get(delta.nodeId);
    const before = entry?.state;
    const after = mergeEndpoints(before ?? newEndpoint(delta), delta);
    if (after === before) return undefined;
    const change = describe(before, after);
    const news = change.started || change.facts.some((fact) => !isVolatileFact(fact.name));
    this.#put(after, news ? round : (entry?.changedRound ?? -Infinity));
    return change;
  }

  #put(state: EndpointState, changedRound: number): void {
    const { nodeId, boot } = state;
    const digest = { nodeId, boot, version: versionOf(state) };
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) {
      this.#entries.set(nodeId, { state, digest, changedRound });
      return;
    }
    entry.state = state;
    entry.digest = digest;
    entry.changedRound = changedRound;
  }
}

function describe(before: EndpointState | undefined, after: EndpointState): EndpointChange {
  const started = before === undefined || compareIncarnations(after, before) > 0;
  return {
    before,
    after,
    started,
    beat: after.heartbeat > (started ? 0 : before.heartbeat),
    facts: newFacts(after.facts, started ? [] : before.facts),
  };
}

function newFacts(
  after: readonly EndpointFact[],
  before: readonly EndpointFact[],
): readonly EndpointFact[] {
  if (after === before) return [];
  return after.filter((fact) => !before.some((known) => known.version === fact.version));
}
