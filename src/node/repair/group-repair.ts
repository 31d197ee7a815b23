import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { forgottenAgeMs } from '../core/repair/forgotten-age.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import type { RepairQuestion, RepairReply } from '../core/repair/repair-messages.js';
import type { ClusterSettings } from '../core/settings.js';
import type { Clock } from '../env/clock.js';
import type { Random } from '../env/random.js';
import type { HlcService, LivenessService, MetadataService, PeerDirectory } from '../services.js';
import type { StoreFloors } from '../store/floors.js';
import { pause } from '../store/pace.js';
import { RangeRepair } from './range-repair.js';
import type { RangeRepairResult } from './range-result.js';
import type { RepairPartner } from './repair-partner.js';
import { RepairPace } from './repair-pace.js';
import type { RepairReplica } from './repair-replica.js';

export interface GroupRepairParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly random: Pick<Random, 'nextU32'>;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly replica: RepairReplica;
  readonly hlc: HlcService;
  readonly floors: StoreFloors;
}

/** Who wants a repair, and how it may go. */
export interface GroupRepairOrder {
  /** The repair ends, between two slots, when it comes. */
  readonly signal: AbortSignal;
  /** The highest rate; asked for again and again. */
  readonly bytesPerSecond: number;
  /** Told of each step that the repair begins. */
  readonly onStep?: ((step: string) => void) | undefined;
  /** Told of all that the repair has done so far, whenever it has done something. */
  readonly onDone?: ((soFar: RangeRepairResult) => void) | undefined;
  /** Whether it is worth it among these; otherwise it does not begin. */
  readonly isEnough?: ((partners: readonly NodeId[]) => boolean) | undefined;
}

/** What became of a group: `alone` when one owner is alive and no second one, or the cluster holds no data yet. */
export type GroupRepairEnd = (RangeRepairResult & { readonly isWhole: boolean }) | 'alone';

/** Repairs groups of ranges between those of their owners that are alive, over links to them; whoever drives need not be one of them. */
export class GroupRepairs {
  readonly #parts: GroupRepairParts;
  /** How fast each node is given records. */
  readonly pace: RepairPace;

  constructor(parts: GroupRepairParts) {
    this.#parts = parts;
    this.pace = new RepairPace(parts.clock);
  }

  /** @throws KvError when no owner is alive, a partner cannot be asked or has other owners in mind, or the signal has come */
  async run(group: RepairGroup, order: GroupRepairOrder): Promise<GroupRepairEnd> {
    const { metadata, clock } = this.#parts;
    const { signal, onStep, onDone } = order;
    const view = metadata.current();
    if (view === undefined || !view.metadata.opened) return 'alone';
    const checkpoint = (): void => {
      if (signal.aborted) throw new KvError('KV_NOT_READY', 'the repair was stopped');
    };
    const wait = async (delayMs: number): Promise<void> => {
      await pause(clock, delayMs, signal);
      checkpoint();
    };
    const asked: NodeId[] = [];
    const partners = group.owners.flatMap((nodeId) => {
      const partner = this.partnerOf(nodeId, group.namespace);
      if (partner === undefined) return [];
      asked.push(nodeId);
      return [this.pace.watch(nodeId, partner, wait)];
    });
    if (order.isEnough?.(asked) === false)
      throw new KvError('KV_UNAVAILABLE', `too few owners are up: ${this.#away(group, asked)}`);
    if (partners.length === 0) throw new KvError('KV_UNAVAILABLE', 'no owner is alive');
    if (partners.length < 2) return 'alone';
    const isWhole = partners.length === group.owners.length;
    const { runs, isMoving = false } = group;
    const floorMs = isWhole && !isMoving ? this.#floorMs(group, view.metadata.settings) : 0;
    const repair = new RangeRepair(
      { runs, partners, isWhole, floorMs, isMoving },
      {
        nowMs: () => clock.monotonicMs(),
        random: this.#parts.random,
        checkpoint,
        onStep,
        onDone,
        pause: wait,
        // As long as so many bytes take at the highest rate, or at the share of it that the owner takes which takes least.
        pace: (bytes) => {
          const slowest = this.pace.slowest(group.owners)?.bytesPerSecond ?? Infinity;
          const share = Math.min(1, slowest / LIMITS.repairBytesPerSecond);
          return wait((bytes * 1000) / (order.bytesPerSecond * share));
        },
      },
    );
    return { ...(await repair.run()), isWhole };
  }

  #away({ owners }: RepairGroup, present: readonly NodeId[]): string {
    const away = owners.filter((nodeId) => !present.includes(nodeId));
    return `${away.map((nodeId) => this.#parts.peers.nameOf(nodeId)).join(' ')} cannot be asked`;
  }

  isAlive(nodeId: NodeId): boolean {
    return nodeId === this.#parts.ownId || this.#parts.liveness.stateOf(nodeId) === 'up';
  }

  /** What was stamped up to then is complete once the owners are equal: no hint, no late write and no clock can bring more of it. */
  #floorMs({ namespace, runs }: RepairGroup, settings: ClusterSettings): number {
    const { hlc, floors } = this.#parts;
    // An owner whose clock is behind this one by the bound on skew has refused writes of that age since the repair began.
    const floorMs = hlc.ownMs() - forgottenAgeMs(settings) - settings.clockSkewMaxMs;
    const held = runs.flatMap((run) => floors.within(namespace, run));
    const lowest = held.reduce((least, { value }) => Math.min(least, value), Infinity);
    // Each rise is a synced write on every owner; where deletes are kept for minutes only, it is worth it more often.
    return floorMs - lowest >= Math.min(LIMITS.floorStepMs, settings.graceMs / 2) ? floorMs : 0;
  }

  /** Undefined for one that cannot be asked now. */
  partnerOf(nodeId: NodeId, namespace: number): RepairPartner | undefined {
    const { ownId, peers, replica } = this.#parts;
    const epoch = this.#parts.metadata.current()?.metadata.epoch ?? 0;
    if (nodeId === ownId) {
      const ask = (question: RepairQuestion): Promise<RepairReply> =>
        replica.answer({ epoch, namespace, question }, LIMITS.repairAskMs);
      return { name: peers.nameOf(ownId), ask };
    }
    if (!this.isAlive(nodeId)) return undefined;
    const link = peers.linkTo(nodeId);
    if (link === undefined) return undefined;
    const ask = (question: RepairQuestion): Promise<RepairReply> =>
      link.repair({ epoch, namespace, question }, LIMITS.repairAskMs);
    return { name: peers.nameOf(nodeId), ask };
  }
}
