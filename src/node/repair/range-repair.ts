import { assert } from '../../stdx/assert.js';
import { compareBytes, equalBytes, toHex } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import { hashAt, sameHash } from '../core/grid/leaf-hashes.js';
import { joinRuns, leavesIn, splitRuns, type LeafRun } from '../core/grid/leaf-runs.js';
import { LIMITS } from '../core/limits.js';
import { compareCopies, type CopyTask, type ListedCopy } from '../core/repair/compare-copies.js';
import type {
  DroppedCopy,
  RepairQuestion,
  RepairReply,
  SentCopy,
} from '../core/repair/repair-messages.js';
import { SlotMap, type ValuedRun } from '../core/repair/slot-map.js';
import { isInParts } from '../core/repair/slot-parts.js';
import { tokenOfData } from '../core/version/data-key.js';
import type { Random } from '../env/random.js';
import { PartComparison, type SlotDifference } from './part-comparison.js';
import { NOTHING_DONE, sumOf, type RangeRepairResult } from './range-result.js';
import { askFor, type RepairPartner } from './repair-partner.js';

/** What is repaired: slots that have one set of owners. */
export interface RangeRepairPlan {
  readonly runs: readonly LeafRun[];
  /** The owners that take part. */
  readonly partners: readonly RepairPartner[];
  /** True when these are all owners: only then everything up to the floor is complete. */
  readonly isWhole: boolean;
  /** What was stamped up to then can come from nowhere else any more; 0 lifts nothing. */
  readonly floorMs: number;
  /** A plan moves the slots: tombstones stay where they are, though hashes differ for their sake. */
  readonly isMoving?: boolean | undefined;
}

/** What a repair is about: it compares hashes, waits for a write deadline, and moves what differs. */
export type RepairStep = 'begin' | 'settle' | 'hash' | 'wait' | 'sync' | 'complete';

export interface RangeRepairParts {
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly random: Pick<Random, 'nextU32'>;
  /** Told of each step that it begins. */
  readonly onStep?: ((step: RepairStep) => void) | undefined;
  /** Told of all that it has done so far, whenever it has done something. */
  readonly onDone?: ((soFar: RangeRepairResult) => void) | undefined;
  /** Waits; at once when the repair is to end. */
  readonly pause: (delayMs: number) => Promise<void>;
  /** Waits until so many bytes more may be moved; rejects when the repair is to end. */
  readonly pace: (bytes: number) => Promise<void>;
  /** Ends it between two slots, by throwing. */
  readonly checkpoint: () => void;
}

/**
 * Makes the owners of a range equal: compares hashes, first of pieces, then of slots; looks again at what differs after a write
 * deadline, because a range that is written to always differs; narrows down what still does to parts of slots; lists the copies of
 * these, slot by slot; and moves only the newer records, both ways. When all owners took part, what is older than the floor is complete on all of them, and they are told.
 */
export class RangeRepair {
  readonly #plan: RangeRepairPlan;
  readonly #parts: RangeRepairParts;
  readonly #comparison: PartComparison;
  #tally: RangeRepairResult = NOTHING_DONE;
  /** Slots with copies that could not be read when they were listed last, and how many. */
  readonly #unreadable = new Map<
    number,
    { readonly of: SlotDifference; readonly copies: number }
  >();
  /** The highest floor that any partner has, by slot: tombstones up to it count as gone everywhere. */
  readonly #blind = new SlotMap();

  constructor(plan: RangeRepairPlan, parts: RangeRepairParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#comparison = new PartComparison(plan.partners, parts.random);
  }

  /** @throws KvError when a partner cannot be asked, has other owners in mind, or cannot do what it is asked */
  async run(): Promise<RangeRepairResult> {
    const { runs, isWhole, floorMs, isMoving = false } = this.#plan;
    const startMs = this.#parts.nowMs();
    this.#step('begin');
    const begun = await this.#askAll({ kind: 'begin', runs }, 'begun');
    for (const run of begun.flatMap(({ floors }) => floors)) this.#blind.raise(run, run.value);
    const floors = this.#blind.runs();
    if (floors.length > 0 && !isMoving) await this.#settle(floors);
    this.#step('hash');
    const differing = await this.#differingSlots();
    if (differing.length > 0) await this.#repairSlots(differing);
    await this.#awaitHealing();
    if (isWhole) {
      this.#step('complete');
      const agoMs = Math.ceil(this.#parts.nowMs() - startMs);
      await this.#each(async (partner, i) => {
        const { boot } = begun[i]!;
        await askFor(partner, { kind: 'complete', runs, floorMs, boot, agoMs }, 'completed');
      });
    }
    return this.#tally;
  }

  /** All partners drop tombstones up to the floors, question by question, each as far as its time goes. */
  async #settle(floors: readonly ValuedRun[]): Promise<void> {
    this.#step('settle');
    await this.#each(async (partner) => {
      let after: Uint8Array | undefined;
      do {
        this.#parts.checkpoint();
        const settled = await askFor(partner, { kind: 'settle', floors, after }, 'settled');
        const { dropped, until } = settled;
        if (until !== undefined && dropped === 0 && after !== undefined && equalBytes(until, after))
          throw new KvError('KV_OVERLOADED', `${partner.name} has no room to drop tombstones`);
        after = until;
      } while (after !== undefined);
    });
  }

  #step(step: RepairStep): void {
    this.#parts.onStep?.(step);
  }

  #add(done: Partial<RangeRepairResult>): void {
    this.#tally = sumOf(this.#tally, { ...NOTHING_DONE, ...done });
    this.#parts.onDone?.(this.#tally);
  }

  /** The slots that differ now: of large pieces that differ, the small ones, and of these the slots. */
  async #differingSlots(): Promise<readonly number[]> {
    let pieces: readonly (readonly LeafRun[])[] = [this.#plan.runs];
    for (const slots of LIMITS.repairPieceSlots) pieces = await this.#narrow(pieces, slots);
    return pieces.flatMap(slotsOf);
  }

  /** The pieces of so many slots, out of larger ones, whose hashes are not the same everywhere. */
  async #narrow(
    larger: readonly (readonly LeafRun[])[],
    slots: number,
  ): Promise<readonly (readonly LeafRun[])[]> {
    const differing: (readonly LeafRun[])[] = [];
    for (const runs of joinRuns(larger, slots * LIMITS.repairHashes)) {
      this.#parts.checkpoint();
      const pieces = splitRuns(runs, Math.ceil(leavesIn(runs) / slots));
      for (const i of await this.#differing(runs, pieces.length)) differing.push(pieces[i]!);
    }
    return differing;
  }

  /** The places of the pieces whose hashes are not the same everywhere. */
  async #differing(runs: readonly LeafRun[], pieces: number): Promise<readonly number[]> {
    const replies = await this.#askAll({ kind: 'hashes', runs, pieces }, 'hashes');
    const [first, ...rest] = replies.map(({ hashes }) => hashes);
    assert(first !== undefined, 'somebody takes part');
    const places: number[] = [];
    for (let i = 0; i < pieces; i++)
      if (rest.some((hashes) => !sameHash(hashAt(hashes, i), hashAt(first, i)))) places.push(i);
    return places;
  }

  async #repairSlots(slots: readonly number[]): Promise<void> {
    // What moves differs because somebody lacks it, and not because a write is under way.
    if (this.#plan.isMoving !== true) {
      this.#step('wait');
      await this.#parts.pause(LIMITS.repairSettleMs);
    }
    this.#step('sync');
    for (let at = 0; at < slots.length; at += LIMITS.repairHashes) {
      const some = slots.slice(at, at + LIMITS.repairHashes);
      const runs = some.map((slot) => ({ from: slot, to: slot + 1 }));
      const differing = await this.#differing(runs, runs.length);
      let left = differing.map((place) => some[place]!);
      while (left.length > 0) {
        const compared = await this.#comparison.compare(left);
        for (const one of compared) {
          this.#parts.checkpoint();
          this.#add({ differing: 1 });
          await this.#repairSlot(one);
        }
        left = left.slice(compared.length);
      }
    }
  }

  /**
   * Copies that cannot be read are healed beside the repair, by a quorum of the others. Until then their owner may be the only one here that had the last
   * write, so the repair has not made the owners equal, and a node that gains the range has not got all of it.
   *
   * @throws KvError
   */
  async #awaitHealing(): Promise<void> {
    for (let look = 0; this.#unreadable.size > 0; look++) {
      if (look === LIMITS.repairHealLooks) {
        const copies = [...this.#unreadable.values()].reduce((sum, some) => sum + some.copies, 0);
        const what = copies === 1 ? 'a copy' : `${copies} copies`;
        throw new KvError('KV_CORRUPT', `${what} cannot be read, nor healed from the others yet`);
      }
      await this.#parts.pause(LIMITS.repairHealMs);
      for (const { of } of [...this.#unreadable.values()]) {
        this.#parts.checkpoint();
        await this.#repairSlot(of);
      }
    }
  }

  /** Compares lists page by page: all partners up to the lowest key at which one of their pages ends. */
  async #repairSlot({ slot, parts }: SlotDifference): Promise<void> {
    // A write that came to one partner before its sums, and to another after them, may leave nothing to list.
    if (parts?.length === 0) return;
    let after: Uint8Array | undefined;
    this.#unreadable.delete(slot);
    do {
      const question: RepairQuestion = { kind: 'list', slot, after, parts: parts ?? [] };
      const lists = await this.#askAll(question, 'listed');
      const until = lowestEnd(lists);
      const replicas = lists.map(({ copies, unreadable, floorMs }) => ({
        unreadable: new Set(unreadable.map(toHex)),
        copies: upTo(copies, until).filter(
          ({ dataKey }) => parts === undefined || isInParts(parts, tokenOfData(dataKey)),
        ),
        floorMs,
      }));
      const hidden = replicas.reduce((sum, { unreadable }) => sum + unreadable.size, 0);
      if (hidden > 0) this.#noteUnreadable({ slot, parts }, hidden);
      await this.#carryOut(compareCopies(replicas, this.#blind.at(slot)));
      after = until;
    } while (after !== undefined);
  }

  #noteUnreadable(of: SlotDifference, copies: number): void {
    const before = this.#unreadable.get(of.slot)?.copies ?? 0;
    this.#unreadable.set(of.slot, { of, copies: before + copies });
  }

  async #carryOut(tasks: readonly CopyTask[]): Promise<void> {
    const drops = this.#plan.partners.map((_, replica) => dropsOf(tasks, replica));
    await this.#each(async (partner, replica) => {
      if (drops[replica]!.length === 0) return;
      await askFor(partner, { kind: 'apply', copies: [], drops: drops[replica]! }, 'applied');
      this.#add({ dropped: drops[replica]!.length });
    });
    for (const [holder, partner] of this.#plan.partners.entries()) {
      const sends = tasks.flatMap((task) =>
        task.kind === 'send' && task.holder === holder ? [task] : [],
      );
      for (let left = sends; left.length > 0;) left = left.slice(await this.#send(partner, left));
    }
  }

  /** Moves the first of some records to those that lack them, and says how many it has moved. */
  async #send(
    holder: RepairPartner,
    tasks: readonly Extract<CopyTask, { kind: 'send' }>[],
  ): Promise<number> {
    const some = tasks.slice(0, LIMITS.repairFetchKeys);
    const dataKeys = some.map(({ dataKey }) => dataKey);
    const { records } = await askFor(holder, { kind: 'fetch', dataKeys }, 'fetched');
    if (records.length === 0) throw new KvError('KV_UNREACHABLE', `${holder.name} sent no record`);
    // An answer holds as many as fit: paid is what came.
    await this.#parts.pace(records.reduce((sum, record) => sum + (record?.length ?? 0), 0));
    await this.#each(async (partner, replica) => {
      const copies = records.flatMap((record, i): SentCopy[] =>
        record !== undefined && some[i]!.to.includes(replica)
          ? [{ dataKey: dataKeys[i]!, record }]
          : [],
      );
      if (copies.length === 0) return;
      await askFor(partner, { kind: 'apply', copies, drops: [] }, 'applied');
      const sentBytes = copies.reduce((sum, { record }) => sum + record.length, 0);
      this.#add({ sent: copies.length, sentBytes });
    });
    return records.length;
  }

  async #askAll<K extends RepairReply['kind']>(
    question: RepairQuestion,
    kind: K,
  ): Promise<readonly Extract<RepairReply, { kind: K }>[]> {
    return await Promise.all(this.#plan.partners.map((partner) => askFor(partner, question, kind)));
  }

  async #each(work: (partner: RepairPartner, replica: number) => Promise<void>): Promise<void> {
    await Promise.all(this.#plan.partners.map(work));
  }
}

function dropsOf(tasks: readonly CopyTask[], replica: number): readonly DroppedCopy[] {
  return tasks.flatMap((task) =>
    task.kind === 'drop'
      ? task.from.flatMap((one) =>
          one.replica === replica ? [{ dataKey: task.dataKey, digest: one.digest }] : [],
        )
      : [],
  );
}

/** The key up to which all lists are whole; undefined when all of them are at their end. */
function lowestEnd(
  lists: readonly { readonly until: Uint8Array | undefined }[],
): Uint8Array | undefined {
  return lists.reduce<Uint8Array | undefined>(
    (lowest, { until }) =>
      until !== undefined && (lowest === undefined || compareBytes(until, lowest) < 0)
        ? until
        : lowest,
    undefined,
  );
}

function upTo(copies: readonly ListedCopy[], until: Uint8Array | undefined): readonly ListedCopy[] {
  if (until === undefined) return copies;
  return copies.filter(({ dataKey }) => compareBytes(dataKey, until) <= 0);
}

function slotsOf(runs: readonly LeafRun[]): readonly number[] {
  return runs.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
}
