import { KvError } from '../core/errors.js';
import type { MarkedSlot } from '../core/hints/repair-mark.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { MendTime } from '../core/repair/repair-messages.js';
import { SLOT_COUNT, SLOT_SIZE } from '../core/ring/token.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { ClusterView, EventSink, MetadataService } from '../services.js';
import type { GroupRepairs } from './group-repair.js';
import { askFor, type RepairPartner } from './repair-partner.js';

/** The slots that this node has marked for repair. */
export interface MarkedSlots {
  readonly count: number;
  /** Marks in order, from a number on. */
  from(number: number, limit: number): readonly MarkedSlot[];
  watch(slots: readonly MarkedSlot[]): void;
  clear(slots: readonly MarkedSlot[]): Promise<number>;
}

export interface MarkRepairParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metadata: MetadataService;
  readonly events: EventSink;
  readonly repairs: GroupRepairs;
  readonly marks: () => MarkedSlots;
  readonly stopping: AbortSignal;
}

/** Slots that one owner was asked to repair, and when, on its clock. */
interface Asked {
  readonly owner: NodeId;
  readonly slots: readonly MarkedSlot[];
  readonly since: MendTime;
  /** Monotonic: then others have their turn. */
  readonly untilMs: number;
}

/**
 * Has the slots repaired that this node has marked, and forgets the marks then. The node may own none of them, so it asks an owner to
 * repair the group of the slot, and asks again until that owner has driven a repair between all owners that began after it was first
 * asked, thus after the mark. Only the clock of that owner is looked at, and one that starts again is asked anew; a slot that is
 * marked again meanwhile stays marked. If this node stops, its marks are on its disk, and it asks again.
 */
export class MarkRepair {
  readonly #parts: MarkRepairParts;
  #asked: Asked | undefined;
  /** Marks up to here had their turn. */
  #turn = 0;
  #told = false;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: MarkRepairParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, stopping } = this.#parts;
    if (stopping.aborted) return;
    this.#timer = clock.after(LIMITS.repairMarkLookMs, () => {
      this.#running = this.#look().then(() => {
        this.start();
      });
    });
  }

  /** Resolves when what is under way has ended; the signal must have come. */
  async idle(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  async #look(): Promise<void> {
    const { count } = this.#parts.marks();
    if (count > 0 && !this.#told)
      this.#tell('warn', `${slots(count)} of the ring marked for repair: hints were not kept`);
    this.#told = count > 0;
    try {
      if (count === 0) this.#asked = undefined;
      else if (this.#asked === undefined) this.#asked = await this.#ask();
      else this.#asked = await this.#askAgain(this.#asked);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#asked = undefined;
      this.#parts.log.debug('an owner cannot be asked for a repair now', { error });
    }
  }

  /** Asks an owner for the next marks whose owners are all there. */
  async #ask(): Promise<Asked | undefined> {
    const view = this.#parts.metadata.current();
    if (view === undefined) return undefined;
    const { owner, slots: some } = this.#nextMarks(view);
    const partner = owner === undefined ? undefined : this.#partner(owner, some);
    if (owner === undefined || partner === undefined) return undefined;
    // Before the question: what is marked from now on may be missed by the repair.
    this.#parts.marks().watch(some);
    const runs = some.map(runOf);
    const question = { kind: 'mend', runs, since: undefined } as const;
    const { boot, nowMs } = await askFor(partner, question, 'mended');
    const untilMs = this.#parts.clock.monotonicMs() + LIMITS.repairMarkWaitMs;
    return { owner, slots: some, since: { boot, nowMs }, untilMs };
  }

  async #askAgain(asked: Asked): Promise<Asked | undefined> {
    const { owner, since, slots: some, untilMs } = asked;
    const partner = this.#partner(owner, some);
    if (partner === undefined || this.#parts.clock.monotonicMs() > untilMs) return undefined;
    const runs = some.map(runOf);
    const { boot, beganMs } = await askFor(partner, { kind: 'mend', runs, since }, 'mended');
    if (boot !== since.boot) return undefined;
    const isDone = (i: number): boolean => (beganMs[i] ?? -1) > since.nowMs;
    const done = some.filter((_, i) => isDone(i));
    const left = some.filter((_, i) => !isDone(i));
    const cleared = await this.#parts.marks().clear(done);
    const { count } = this.#parts.marks();
    if (cleared > 0)
      this.#tell('info', `${slots(cleared)} repaired that were marked; ${count} more are left`);
    return left.length === 0 ? undefined : { ...asked, slots: left };
  }

  #partner(owner: NodeId, [first]: readonly MarkedSlot[]): RepairPartner | undefined {
    return first && this.#parts.repairs.partnerOf(owner, first.namespace);
  }

  /** Marks of one namespace and one owner; those that cannot be repaired now lose their turn. */
  #nextMarks(view: ClusterView): {
    readonly owner: NodeId | undefined;
    readonly slots: readonly MarkedSlot[];
  } {
    const page = this.#parts.marks().from(this.#turn, LIMITS.repairMarksAtOnce);
    const found = page.map((slot) => ({ slot, owner: this.#ownerOf(view, slot) }));
    const first = found.findIndex(({ owner }) => owner !== undefined);
    if (first < 0) {
      const last = page.at(-1);
      const isEnd = last === undefined || page.length < LIMITS.repairMarksAtOnce;
      this.#turn = isEnd ? 0 : numberOf(last) + 1;
      return { owner: undefined, slots: [] };
    }
    const { owner, slot } = found[first]!;
    this.#turn = numberOf(slot) + 1;
    const same = found.filter(
      (one) => one.owner === owner && one.slot.namespace === slot.namespace,
    );
    return { owner, slots: same.map((one) => one.slot) };
  }

  /** Who is asked about a slot: this node itself if it may be; undefined while an owner is away. */
  #ownerOf(view: ClusterView, { namespace, slot }: MarkedSlot): NodeId | undefined {
    const { ownId, repairs } = this.#parts;
    const found = view.metadata.namespaces.find(({ id }) => id === namespace);
    if (found === undefined) return undefined;
    const owners = view.ownersOf(found, slot * SLOT_SIZE).write;
    if (!owners.every((nodeId) => repairs.isAlive(nodeId))) return undefined;
    return owners.includes(ownId) ? ownId : owners[0];
  }

  #tell(severity: 'info' | 'warn', message: string): void {
    this.#parts.events.emit({ kind: 'repair', severity, message });
  }
}

function numberOf({ namespace, slot }: MarkedSlot): number {
  return namespace * SLOT_COUNT + slot;
}

function runOf({ slot }: MarkedSlot): { readonly from: number; readonly to: number } {
  return { from: slot, to: slot + 1 };
}

function slots(count: number): string {
  return count === 1 ? '1 slot' : `${count} slots`;
}
