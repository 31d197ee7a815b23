import { isTombstone } from '../core/membership/departed.js';
import {
  compareIncarnations,
  factOf,
  type EndpointState,
  type Incarnation,
} from '../core/membership/endpoint-state.js';
import type { EndpointChange } from '../core/membership/endpoint-table.js';
import { FACT, STOPPING } from '../core/membership/fact-names.js';
import type { AppliedDeltas } from '../core/membership/gossip.js';
import type { EndpointDelta } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { LivenessWatch } from './liveness-watch.js';
import type { Roster } from './roster.js';

/** What was learnt of the identity of a node. */
export interface PeerSeen extends Incarnation {
  /** Durable sequence of its store, when it was told. */
  readonly sequence: number | undefined;
  /** The newest epoch that it has applied; undefined when it was not told. */
  readonly epoch: number | undefined;
  /**
   * True when the node itself said so. Hearsay may be old: it may raise what is known, but something lower proves nothing;
   * only another nonce for a known boot is evidence whoever brings it.
   */
  readonly direct: boolean;
}

export interface EndpointNewsOptions {
  readonly self: Incarnation;
  readonly roster: Roster;
  readonly watch: LivenessWatch;
  readonly onEpochSeen: (epoch: number, nodeId: NodeId) => void;
  readonly onPeerSeen: (seen: PeerSeen) => void;
}

/** Turns what gossip changed into evidence about liveness, addresses, epochs and identities. */
export class EndpointNews {
  readonly #options: EndpointNewsOptions;
  /** Newest epoch that anybody stated, and who has it. */
  #newest: { readonly epoch: number; readonly nodeId: NodeId } | undefined;

  constructor(options: EndpointNewsOptions) {
    this.#options = options;
  }

  heard({ changes, aboutSelf, unknown }: AppliedDeltas, from: NodeId): void {
    for (const change of changes) this.#changed(change, from);
    for (const delta of aboutSelf) this.#aboutSelf(delta, from);
    for (const delta of unknown) this.#noteEpoch(delta, from);
  }

  /** Asks again for an epoch that somebody has and this node has not applied; once per round, since a pull may fail. */
  remindOfEpoch(): void {
    const { roster, onEpochSeen } = this.#options;
    if (this.#newest === undefined || this.#newest.epoch <= roster.epoch()) return;
    onEpochSeen(this.#newest.epoch, this.#newest.nodeId);
  }

  #changed(change: EndpointChange, from: NodeId): void {
    const { roster, watch } = this.#options;
    const { nodeId } = change.after;
    if (states(change, FACT.epoch)) this.#noteEpoch(change.after, from);
    if (isTombstone(change.after)) {
      roster.refreshAddress(nodeId);
      watch.left(nodeId, 'removed from the cluster');
      return;
    }
    if (change.started || states(change, FACT.address)) roster.refreshAddress(nodeId);
    if (change.started || states(change, FACT.sequence)) this.#seen(change.after, from);
    this.#judgeLiveness(change, from);
  }

  #judgeLiveness({ before, after, started, beat }: EndpointChange, from: NodeId): void {
    const { watch } = this.#options;
    const { nodeId } = after;
    if (started && before !== undefined)
      watch.tell(nodeId, { severity: 'info', message: `restarted (boot ${after.boot})` });
    if (factOf(after, FACT.status) === STOPPING) {
      watch.left(nodeId, 'it is stopping');
      return;
    }
    // The first heartbeat that others tell of a node may be the last it ever gave: it only begins the count.
    const direct = from === nodeId;
    if (beat && (direct || before !== undefined)) watch.heartbeat(nodeId, direct);
  }

  /** Others know this node by an incarnation that it is not: an older image of its disk runs here, or a clone elsewhere. */
  #aboutSelf(delta: EndpointDelta, from: NodeId): void {
    if (isTombstone(delta)) {
      this.#noteEpoch(delta, from);
      return;
    }
    const { self } = this.#options;
    if (delta.boot >= self.boot && compareIncarnations(delta, self) !== 0) this.#seen(delta, from);
  }

  #seen(state: EndpointState, from: NodeId): void {
    const { nodeId, boot, nonce } = state;
    const fact = factOf(state, FACT.sequence);
    const sequence = fact === undefined ? undefined : countOf(fact);
    const epoch = countOf(factOf(state, FACT.epoch) ?? '');
    const isDirect = from === nodeId;
    this.#options.onPeerSeen({ nodeId, boot, nonce, sequence, epoch, direct: isDirect });
  }

  #noteEpoch(state: EndpointState, from: NodeId): void {
    const epoch = countOf(factOf(state, FACT.epoch) ?? '') ?? 0;
    if (epoch <= Math.max(this.#newest?.epoch ?? 0, this.#options.roster.epoch())) return;
    // A member that states an epoch has it; of a removed or unknown node only the one who told can be asked.
    const holder = this.#options.roster.others().has(state.nodeId) ? state.nodeId : from;
    this.#newest = { epoch, nodeId: holder };
    this.#options.onEpochSeen(epoch, holder);
  }
}

function states({ facts }: EndpointChange, name: string): boolean {
  return facts.some((fact) => fact.name === name);
}

/** A whole number that a peer stated, or undefined for anything else. */
function countOf(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
