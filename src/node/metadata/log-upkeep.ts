import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import type {
  ClusterMetadata,
  Member,
  MetadataChange,
  NodeDescriptor,
  NodeId,
} from '../core/metadata/cluster-metadata.js';
import { memberOf, removedIdentity, sameLocation } from '../core/metadata/transformations.js';
import { nextVoters } from '../core/metadata/voters.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { Random } from '../env/random.js';
import type { ClusterView, LivenessService } from '../services.js';
import type { ChangeDriver } from './change-driver.js';
import type { LogKeeper } from './log-keeper.js';

export interface LogUpkeepOptions {
  readonly self: NodeId;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly random: Random;
  readonly log: Logger;
  readonly keeper: LogKeeper;
  readonly driver: ChangeDriver;
  readonly liveness: LivenessService;
  /** This node was removed: it must stop. */
  readonly onFatal: (error: KvError) => void;
}

/** After a failed attempt, and while a voter to be is not up yet: at least half of it. */
const AFTER_FAILURE_MS = 5_000;
const UNTIL_UP_MS = 1_000;

/**
 * Does what the log needs and nobody asks for: voters that fit the membership, and this node's own description.
 * The first live voter acts at once, the others only when it does not.
 */
export class LogUpkeep {
  readonly #options: LogUpkeepOptions;
  readonly #unsubscribe: () => void;
  #descriptor: NodeDescriptor | undefined;
  #timer: Timer | undefined;
  #running = false;
  #stopped = false;
  #warned = false;

  constructor(options: LogUpkeepOptions) {
    this.#options = options;
    this.#unsubscribe = options.keeper.subscribe(() => {
      this.#plan();
    });
  }

  /** Begins the upkeep; `descriptor` is what this node says of itself since this start. */
  start(descriptor: NodeDescriptor): void {
    this.#descriptor = descriptor;
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#unsubscribe();
  }

  #plan(): void {
    const view = this.#options.keeper.view();
    if (this.#stopped || this.#running || view === undefined) return;
    if (this.#isRemoved(view.metadata)) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#ownUpdate(view.metadata) !== undefined) this.#after(0);
    else if (nextVoters(view.metadata) !== undefined) this.#after(this.#turnMs(view.metadata));
  }

  #after(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => {
      void this.#run();
    });
  }

  /** Zero for the first live voter, then a step for each that has precedence, so that one is enough in most cases. */
  #turnMs({ voters }: ClusterMetadata): number {
    const { self, liveness, random, buggify } = this.#options;
    if (buggify('metadata.eager-upkeep')) return 0;
    const live = voters.filter((id) => id === self || liveness.stateOf(id) === 'up');
    const place = live.includes(self) ? live.indexOf(self) : live.length + 1;
    return place === 0 ? 0 : LIMITS.metadataUpkeepMs * (place + random.nextFloat());
  }

  async #run(): Promise<void> {
    const { driver, log, random } = this.#options;
    this.#running = true;
    let againMs: number | undefined;
    try {
      await driver.change((view) => this.#decide(view), LIMITS.requestMs);
      if (this.#isUnfinished()) againMs = UNTIL_UP_MS;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      log.warn('the upkeep of the metadata log failed; it is tried again', {
        code: error.code,
        reason: error.message,
      });
      againMs = AFTER_FAILURE_MS;
    } finally {
      this.#running = false;
    }
    if (this.#stopped) return;
    if (againMs === undefined) this.#plan();
    else this.#after(againMs * (0.5 + random.nextFloat() / 2));
  }

  #decide({ metadata }: ClusterView): MetadataChange | undefined {
    const member = this.#ownUpdate(metadata);
    if (member !== undefined) return { kind: 'update', member };
    const voters = this.#nextLiveVoters(metadata);
    return voters === undefined ? undefined : { kind: 'voters', voters };
  }

  /** A newcomer that is not up would cost the log its majority instead of making it safer. */
  #nextLiveVoters(metadata: ClusterMetadata): readonly NodeId[] | undefined {
    const { self, liveness } = this.#options;
    const next = nextVoters(metadata);
    const added = next?.find((id) => !metadata.voters.includes(id));
    const usable = added === undefined || added === self || liveness.stateOf(added) === 'up';
    return usable ? next : undefined;
  }

  #isUnfinished(): boolean {
    const state = this.#options.keeper.state();
    return (
      state !== undefined &&
      nextVoters(state) !== undefined &&
      this.#nextLiveVoters(state) === undefined
    );
  }

  /** What the log should say of this node, when it does not. Its place is fixed once the cluster holds data. */
  #ownUpdate(metadata: ClusterMetadata): NodeDescriptor | undefined {
    const { self } = this.#options;
    const member = memberOf(metadata, self);
    if (member === undefined || this.#descriptor === undefined) return undefined;
    const { state: _state, tokens: _tokens, joinedEpoch: _joinedEpoch, ...known } = member;
    let wanted: NodeDescriptor = { ...this.#descriptor, name: known.name };
    if (metadata.opened && !sameLocation(known, wanted)) {
      this.#warnOfPlace(known, wanted);
      wanted = { ...wanted, host: known.host, rack: known.rack, dc: known.dc };
    }
    return canonicalJson(known) === canonicalJson(wanted) ? undefined : wanted;
  }

  #warnOfPlace(known: NodeDescriptor, wanted: NodeDescriptor): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.log.warn(
      'this node was started in another place than its data was laid out for; the old place stays in force',
      {
        host: [known.host, wanted.host],
        rack: [known.rack, wanted.rack],
        dc: [known.dc, wanted.dc],
      },
    );
  }

  #isRemoved(metadata: ClusterMetadata): boolean {
    const member = memberOf(metadata, this.#options.self);
    const reason = member === undefined ? this.#discarded(metadata) : removalOf(metadata, member);
    if (reason === undefined) return false;
    this.stop();
    this.#options.onFatal(reason);
    return true;
  }

  /** Once it has entered, the log that this node holds has its own joining: when it is no member, that was taken back. */
  #discarded({ clusterName }: ClusterMetadata): KvError | undefined {
    if (this.#descriptor === undefined) return undefined;
    return new KvError(
      'KV_JOIN_REFUSED',
      `${this.#descriptor.name} is no member of cluster ${clusterName}: its joining was discarded; start it with --join to ask anew`,
    );
  }
}

function removalOf(metadata: ClusterMetadata, member: Member): KvError | undefined {
  return member.state === 'removed' ? removedIdentity(metadata, member) : undefined;
}
