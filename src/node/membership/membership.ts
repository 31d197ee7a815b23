import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { ClockOffsets, type OwnClocks } from '../core/membership/clock-offset.js';
import {
  newEndpoint,
  stateFact,
  factOf,
  type Incarnation,
} from '../core/membership/endpoint-state.js';
import { EndpointTable } from '../core/membership/endpoint-table.js';
import { FACT, STOPPING } from '../core/membership/fact-names.js';
import { sample, type Candidates, type Draw } from '../core/membership/peer-selection.js';
import type { ControlReply, ControlRequest, Hello } from '../core/messages.js';
import type { ClusterMetadata, NodeId } from '../core/metadata/cluster-metadata.js';
import type { LivenessState, SightingView } from '../core/views/node-views.js';
import type { Timer } from '../env/clock.js';
import type { NodeEnv } from '../env/env.js';
import type { PeerLink } from '../env/transport.js';
import type { EventSink, LivenessService, PeerDirectory } from '../services.js';
import { unreachable } from '../../stdx/unreachable.js';
import { ClockComparison } from './clock-comparison.js';
import { EndpointNews, type PeerSeen } from './endpoint-news.js';
import { Gossiper } from './gossiper.js';
import { LivenessWatch } from './liveness-watch.js';
import { MembershipMetrics } from './membership-metrics.js';
import { PeerLinks } from './peer-links.js';
import { Prober } from './prober.js';
import { Roster } from './roster.js';

/** Rounds between two looks for tombstones that may go. */
const TOMBSTONE_ROUNDS = 60;
/** The first round begins within this time, so that nodes started together do not speak at once. */
const FIRST_ROUND_MS = 100;

export interface MembershipOptions {
  readonly env: Pick<NodeEnv, 'clock' | 'random' | 'transport' | 'log' | 'metrics' | 'buggify'>;
  readonly self: Incarnation & { readonly name: string };
  readonly events: EventSink;
  /** A node has applied an epoch beyond the one last given to `setMembers`; called again each round until it is. */
  readonly onEpochSeen: (epoch: number, nodeId: NodeId) => void;
  readonly onPeerSeen: (seen: PeerSeen) => void;
}

/**
 * Who is alive and where, learnt by gossip and probes: decides whom to send to now, never who owns what.
 * The transport hands it every control request; it owns the links to all peers.
 */
export class Membership implements LivenessService, PeerDirectory {
  readonly #options: MembershipOptions;
  readonly #table: EndpointTable;
  readonly #links: PeerLinks;
  readonly #roster: Roster;
  readonly #clocks = new ClockOffsets();
  readonly #metrics: MembershipMetrics;
  readonly #prober: Prober;
  readonly #watch: LivenessWatch;
  readonly #news: EndpointNews;
  readonly #gossiper: Gossiper;
  readonly #startMs: number;
  #roundTimer: Timer | undefined;
  #stopped = false;

  constructor(options: MembershipOptions) {
    const { env, self, events, onEpochSeen, onPeerSeen } = options;
    const { clock, buggify } = env;
    const linkTo = (nodeId: NodeId): PeerLink | undefined => this.linkTo(nodeId);
    const draw: Draw = (bound) => this.#draw(bound);
    const helpers = (): readonly NodeId[] => this.#inState('up');
    const nameOf = (nodeId: NodeId): string => this.nameOf(nodeId);
    this.#options = options;
    this.#startMs = clock.monotonicMs();
    this.#table = new EndpointTable(newEndpoint(self));
    this.#links = new PeerLinks(env.transport);
    this.#roster = new Roster({ table: this.#table, links: this.#links, clock });
    this.#metrics = new MembershipMetrics(env.metrics);
    this.#prober = new Prober({ clock, draw, linkTo, helpers, clocks: this.#clocks });
    const watching = {
      clock,
      buggify,
      events,
      metrics: this.#metrics,
      prober: this.#prober,
      nameOf,
    };
    this.#watch = new LivenessWatch(watching);
    const told = { self, roster: this.#roster, watch: this.#watch };
    this.#news = new EndpointNews({ ...told, onEpochSeen, onPeerSeen });
    this.#gossiper = new Gossiper({
      clock,
      buggify,
      draw,
      linkTo,
      log: env.log.child('gossip'),
      metrics: this.#metrics,
      table: this.#table,
      clocks: this.#clocks,
      candidates: () => this.#candidates(),
      heard: (applied, from) => {
        this.#news.heard(applied, from);
      },
    });
  }

  /** Begins to gossip and to watch; the transport must have been started. */
  start(): void {
    this.#watch.start();
    this.#scheduleRound(this.#options.env.random.nextFloat() * FIRST_ROUND_MS);
  }

  /** Ends rounds, judgements and links; what still arrives is refused. */
  stop(): void {
    this.#stopped = true;
    this.#roundTimer?.cancel();
    this.#watch.stop();
    this.#gossiper.stop();
    this.#links.close();
  }

  /** Takes over the members of a newer epoch and states that epoch; an older one changes nothing. */
  setMembers(metadata: ClusterMetadata): void {
    if (this.#stopped || !this.#roster.update(metadata, this.#gossiper.round())) return;
    const others = this.#roster.others();
    this.#watch.watchOnly(others);
    this.#clocks.keepOnly(others);
    this.setFact(FACT.epoch, String(metadata.epoch));
    for (const id of others) {
      this.#metrics.gaugePhi(this.nameOf(id), () => this.#watch.diagnose(id)?.phi ?? 0);
    }
  }

  /** States a fact about this node; it spreads with the next rounds. */
  setFact(name: string, value: string): void {
    this.#table.setSelf(stateFact(this.#table.self(), name, value), this.#gossiper.round());
  }

  /** Says that this node goes out of service, at once to the peers that live: they take it for down without waiting. */
  async announceStopping(remainingMs: number): Promise<void> {
    this.setFact(FACT.status, STOPPING);
    const { log } = this.#options.env;
    const told = sample(this.#inState('up'), LIMITS.stoppingTold, (bound) => this.#draw(bound));
    await Promise.all(
      told.map(async (id) => {
        const link = this.linkTo(id);
        try {
          if (link !== undefined) await this.#gossiper.tellSelf(link, remainingMs);
        } catch (error) {
          if (!(error instanceof KvError)) throw error;
          // Gossip by the others, or the failure detector, tells it instead.
          log.debug('a peer was not told of the stop', { peer: id, code: error.code });
        }
      }),
    );
  }

  /** Answers a control request of a peer. @throws KvError KV_NOT_READY after `stop`, KV_OVERLOADED */
  async handleControl(
    from: Pick<Hello, 'nodeId'>,
    request: ControlRequest,
    remainingMs: number,
  ): Promise<ControlReply> {
    if (this.#stopped) throw new KvError('KV_NOT_READY', 'the node has stopped');
    switch (request.kind) {
      case 'gossip-digests':
        return this.#gossiper.answer({ ...request, from: from.nodeId });
      case 'gossip-deltas':
        this.#gossiper.accept(request.deltas, from.nodeId);
        return { kind: 'ok' };
      case 'probe':
        return { kind: 'alive', wallMs: this.#options.env.clock.wallMs() };
      case 'probe-for': {
        const timeoutMs = Math.min(request.timeoutMs, remainingMs);
        return { kind: 'probed', alive: await this.#prober.probeFor(request.nodeId, timeoutMs) };
      }
      default:
        return unreachable(request);
    }
  }

  linkTo(nodeId: NodeId): PeerLink | undefined {
    return this.#stopped ? undefined : this.#links.linkTo(nodeId);
  }

  nameOf(nodeId: NodeId): string {
    return nodeId === this.#options.self.nodeId
      ? this.#options.self.name
      : this.#roster.nameOf(nodeId);
  }

  round(): number {
    return this.#gossiper.round();
  }

  stateOf(nodeId: NodeId): LivenessState {
    return nodeId === this.#options.self.nodeId ? 'up' : this.#watch.stateOf(nodeId);
  }

  /** The newest epoch of the metadata log that a node has said to have applied; 0 when it has said nothing. */
  epochOf(nodeId: NodeId): number {
    const { nodeId: ownId } = this.#options.self;
    const state = nodeId === ownId ? this.#table.self() : this.#table.get(nodeId);
    return Number((state && factOf(state, FACT.epoch)) ?? 0);
  }

  /** This node first, then the others. */
  sightings(): readonly SightingView[] {
    const ids = [this.#options.self.nodeId, ...this.#watch.liveness().map(([id]) => id)];
    return ids.flatMap((id) => this.sightingOf(id) ?? []);
  }

  sightingOf(nodeId: NodeId): SightingView | undefined {
    if (nodeId === this.#options.self.nodeId) return this.#ownSighting();
    const diagnosis = this.#watch.diagnose(nodeId);
    if (diagnosis === undefined) return undefined;
    const state = this.#table.get(nodeId);
    const stated = state === undefined ? undefined : factOf(state, FACT.release);
    return {
      nodeId,
      name: this.nameOf(nodeId),
      liveness: diagnosis.liveness,
      forMs: diagnosis.forMs,
      reason: diagnosis.reason,
      boot: state?.boot ?? 0,
      heartbeat: state?.heartbeat ?? 0,
      heartbeatAgeMs: diagnosis.silentMs,
      phi: state === undefined ? undefined : diagnosis.phi,
      roundTripMs: this.#links.existing(nodeId)?.roundTripMs(),
      clockOffsetMs: this.#clocks.offsetOf(nodeId, this.#ownClocks()),
      release: stated ?? this.#roster.member(nodeId)?.release ?? '',
    };
  }

  clockOffsetMs(): number | undefined {
    return this.#clocks.ownOffset(this.#ownClocks());
  }

  /** Whether other nodes are members. */
  hasOthers(): boolean {
    return this.#roster.others().size > 0;
  }

  /** The time by the median of all clocks that were read; undefined when none was. */
  commonWallMs(): number | undefined {
    return this.#clocks.commonWallMs(this.#ownClocks());
  }

  /** A comparison of the own clock with those of the peers; `boundMs` is how far clocks may be apart. */
  clockComparison(boundMs: number): ClockComparison {
    return new ClockComparison({
      clock: this.#options.env.clock,
      draw: (bound) => this.#draw(bound),
      prober: this.#prober,
      clocks: this.#clocks,
      others: () => this.#roster.others(),
      boundMs,
    });
  }

  #ownSighting(): SightingView {
    const { self, env } = this.#options;
    const own = this.#table.self();
    return {
      nodeId: self.nodeId,
      name: self.name,
      liveness: 'up',
      forMs: env.clock.monotonicMs() - this.#startMs,
      reason: 'this node',
      boot: own.boot,
      heartbeat: own.heartbeat,
      heartbeatAgeMs: 0,
      phi: undefined,
      roundTripMs: undefined,
      clockOffsetMs: undefined,
      release: factOf(own, FACT.release) ?? '',
    };
  }

  #scheduleRound(delayMs: number): void {
    this.#roundTimer = this.#options.env.clock.after(delayMs, () => {
      // Scheduled first, with 5 % of jitter either way, so that rounds keep their rhythm and nodes do not fall into step.
      const jitter = 0.95 + this.#options.env.random.nextFloat() / 10;
      this.#scheduleRound(LIMITS.gossipIntervalMs * jitter);
      this.#gossiper.runRound();
      this.#news.remindOfEpoch();
      if (this.round() % TOMBSTONE_ROUNDS === 0) this.#roster.dropSpentTombstones();
    });
  }

  #candidates(): Candidates {
    const live: NodeId[] = [];
    const down: NodeId[] = [];
    for (const [id, state] of this.#watch.liveness()) (state === 'down' ? down : live).push(id);
    return { live, down, seeds: this.#roster.seeds() };
  }

  #inState(wanted: LivenessState): readonly NodeId[] {
    return this.#watch.liveness().flatMap(([id, state]) => (state === wanted ? id : []));
  }

  #draw(bound: number): number {
    return Math.floor(this.#options.env.random.nextFloat() * bound);
  }

  #ownClocks(): OwnClocks {
    const { clock } = this.#options.env;
    return { wallMs: clock.wallMs(), monoMs: clock.monotonicMs() };
  }
}
