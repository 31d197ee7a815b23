import { LEAF_COUNT, leafOf } from '../../../../src/node/core/grid/leaf.js';
import type {
  RepairQuestion,
  RepairReply,
} from '../../../../src/node/core/repair/repair-messages.js';
import type { SlotRun } from '../../../../src/node/core/repair/slot-map.js';
import { SLOT_SIZE, tokenOf } from '../../../../src/node/core/ring/token.js';
import {
  DATA_KEYS,
  decodeDataKey,
  encodeDataKey,
} from '../../../../src/node/core/version/data-key.js';
import { decodeRecord, encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { RangeRepair, type RangeRepairPlan } from '../../../../src/node/repair/range-repair.js';
import type { RangeRepairResult } from '../../../../src/node/repair/range-result.js';
import { RepairReplica } from '../../../../src/node/repair/repair-replica.js';
import { RepairTimes } from '../../../../src/node/repair/repair-times.js';
import type { ClusterView } from '../../../../src/node/services.js';
import { readCopy } from '../../../../src/node/store/background-store.js';
import type { ApplyOutcome } from '../../../../src/node/store/mutation.js';
import { pause } from '../../../../src/node/store/pace.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { assert } from '../../../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { Prng } from '../../../../src/stdx/prng.js';
import { clusterOfSize, idOf } from '../core/metadata/states.js';
import { GridUnderTest } from '../store/grid/grid-harness.js';

const NAMESPACE = 1;
const WHOLE_RING = [{ from: 0, to: LEAF_COUNT }];
const LIMIT_MS = 600_000;

/** A value, or `v5` at 5 ms when only the time matters. */
interface TestValue {
  readonly ms: number;
  readonly value?: string;
}

/** Three stores that hold the same ranges, and a repair between them; the first one drives. */
export class ThreeReplicas {
  readonly stores: readonly GridUnderTest[];
  readonly #random = new Prng(1);
  readonly asked: string[] = [];
  /** Bytes that the repair announced to its pace. */
  paced = 0;
  /** All that the repair said that it had done so far. */
  readonly told: RangeRepairResult[] = [];
  boots = [1, 1, 1];
  /** When each store says that its slots were repaired. */
  readonly times: RepairTimes[] = [];
  checkpoint = (): void => undefined;
  /** Replicas of a release that passes over what it does not know. */
  old: readonly number[] = [];
  /** What all of them know of the cluster. */
  view: ClusterView = clusterViewOf(clusterOfSize(3));
  /** Copies that were told in lists. */
  listed = 0;
  /** Healings that were asked for. */
  readonly healing: Promise<void>[] = [];
  /** What stands for the coordinator: nothing is healed. */
  heal: (replica: number, dataKey: Uint8Array) => Promise<void> = async () => undefined;
  /** Sees each question before the replica does. */
  before: (replica: number, question: RepairQuestion) => Promise<void> = async () => undefined;

  private constructor(stores: readonly GridUnderTest[]) {
    this.stores = stores;
  }

  static async open(): Promise<ThreeReplicas> {
    return new ThreeReplicas([
      await GridUnderTest.open(),
      await GridUnderTest.open(),
      await GridUnderTest.open(),
    ]);
  }

  /** Puts a record into some of the stores. */
  async put(
    key: string,
    { ms, value = `v${ms}` }: TestValue,
    where: readonly number[],
  ): Promise<void> {
    await this.#write(key, { ms, value: utf8Encode(value), tombstone: false }, where);
  }

  /** Puts a tombstone into some of the stores. */
  async bury(key: string, ms: number, where: readonly number[]): Promise<void> {
    await this.#write(key, { ms, value: new Uint8Array(0), tombstone: true }, where);
  }

  /** Takes the copy of a key away from one store, as no production code would. */
  async lose(key: string, replica: number): Promise<void> {
    const { store } = this.stores[replica]!;
    await new Promise<ApplyOutcome>((done) => {
      store.swap({ ...decodeDataKey(keyOf(key)), expected: 'any', by: undefined }, done);
    });
  }

  /** Puts the copy of one replica in the place of a rotten one, as a healing does that a quorum of the others has agreed to. */
  async healFrom(from: number, replica: number, dataKey: Uint8Array): Promise<void> {
    const parts = decodeDataKey(dataKey);
    const held = await readCopy(this.stores[from]!.store, parts, LIMIT_MS);
    assert(held.kind === 'found', 'the other one has it');
    const mutation = {
      ...parts,
      record: held.record.encoded,
      repair: true,
      priority: 'live',
    } as const;
    await new Promise<ApplyOutcome>((done) => {
      this.stores[replica]!.store.apply(mutation, done);
    });
  }

  /** Flips a bit of the copy of a key. */
  rot(key: string, replica: number): void {
    this.stores[replica]!.disk.damage(SHARD_FOLDER, keyOf(key), (value) => {
      value[18]! ^= 4;
      return value;
    });
  }

  async raiseFloor(floorMs: number, where: readonly number[]): Promise<void> {
    for (const store of where)
      await this.stores[store]!.store.floors.raise(NAMESPACE, WHOLE_RING, floorMs);
  }

  floorOf(key: string, replica: number): number {
    return this.stores[replica]!.store.floors.ofKey(keyOf(key));
  }

  /** Repairs the whole ring, in virtual time. */
  async repair(plan: Partial<RangeRepairPlan> = {}): Promise<RangeRepairResult> {
    const partners = this.stores.map((_, replica) => ({
      name: `n${replica + 1}`,
      ask: (question: RepairQuestion) => this.#ask(replica, question),
    }));
    const { clock, scheduler } = this.stores[0]!;
    const repair = new RangeRepair(
      { runs: WHOLE_RING, partners, isWhole: true, floorMs: 0, ...plan },
      {
        pause: (delayMs) => pause(clock, delayMs, new AbortController().signal),
        pace: async (bytes) => {
          this.paced += bytes;
        },
        nowMs: () => clock.monotonicMs(),
        random: this.#random,
        onDone: (soFar) => this.told.push(soFar),
        checkpoint: () => {
          this.checkpoint();
        },
      },
    );
    return await scheduler.settle(repair.run(), LIMIT_MS);
  }

  partner(replica: number): RangeRepairPlan['partners'][number] {
    return { name: `n${replica + 1}`, ask: (question) => this.#ask(replica, question) };
  }

  /** What each store holds, key by key: `a=v5`, `b=x7` for a tombstone. */
  contents(): readonly string[] {
    return this.stores.map(({ disk }) =>
      disk
        .keys(SHARD_FOLDER, DATA_KEYS)
        .map((dataKey) => {
          const value = disk.valueOf(SHARD_FOLDER, dataKey);
          assert(value !== undefined, 'it was just listed');
          const record = decodeRecord(dataKey, value);
          const name = utf8Decode(decodeDataKey(dataKey).key);
          if (typeof record === 'string') return `${name}=${record}`;
          return `${name}=${record.tombstone ? `x${record.version.ms}` : utf8Decode(record.value)}`;
        })
        .sort()
        .join(' '),
    );
  }

  leafOf(key: string): number {
    return leafOf(decodeDataKey(keyOf(key)).token);
  }

  async #write(
    key: string,
    {
      ms,
      value,
      tombstone,
    }: { readonly ms: number; readonly value: Uint8Array; readonly tombstone: boolean },
    where: readonly number[],
  ): Promise<void> {
    const dataKey = keyOf(key);
    const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
    const record = encodeRecord(dataKey, { version, tombstone, value });
    const mutation = {
      ...decodeDataKey(dataKey),
      record,
      repair: false,
      priority: 'live',
    } as const;
    for (const store of where)
      await new Promise<ApplyOutcome>((done) => {
        this.stores[store]!.store.apply(mutation, done);
      });
  }

  async #ask(replica: number, question: RepairQuestion): Promise<RepairReply> {
    this.asked.push(`${replica + 1} ${question.kind}`);
    await this.before(replica, question);
    const under = this.stores[replica]!;
    const { view } = this;
    const own = new RepairReplica({
      ownId: idOf(replica + 1),
      boot: this.boots[replica]!,
      clock: under.clock,
      store: under.store,
      grid: under.grid,
      hlc: {
        observe: () => undefined,
        read: () => ({ ms: 0, logical: 0 }),
        ownMs: () => 1_000_000,
        issue: () => {
          throw new Error('not here');
        },
      },
      metadata: {
        current: () => view,
        catchUp: async () => view,
        open: async () => view,
        change: async () => view,
        subscribe: () => () => undefined,
      },
      purge: async (_, { floors }) => {
        let dropped = 0;
        for (const run of floors) dropped += await this.#purge(under, run, run.value);
        return { dropped, until: undefined };
      },
      times: this.#timesOf(replica),
      mend: () => ({ nowMs: 0, beganMs: [] }),
      heal: (copy) => {
        this.healing.push(this.heal(replica, encodeDataKey(copy)));
      },
    });
    const { epoch } = view.metadata;
    const understood = this.old.includes(replica) ? asOldRelease(question) : question;
    const request = { epoch, namespace: NAMESPACE, question: understood };
    const reply = await own.answer(request, 10_000);
    if (reply.kind === 'listed') this.listed += reply.copies.length;
    return reply;
  }

  #timesOf(replica: number): RepairTimes {
    const { store, clock, log } = this.stores[replica]!;
    this.times[replica] ??= new RepairTimes({ store, clock, log: log.logger('repair') });
    return this.times[replica];
  }

  async #purge(under: GridUnderTest, { from, to }: SlotRun, floorMs: number): Promise<number> {
    let purged = 0;
    for await (const { key, value } of under.store.scan(DATA_KEYS)) {
      const record = decodeRecord(key, value);
      const leaf = leafOf(decodeDataKey(key).token);
      if (typeof record === 'string' || leaf < from || leaf >= to) continue;
      if (!record.tombstone || record.version.ms > floorMs) continue;
      await new Promise<ApplyOutcome>((done) => {
        under.store.swap({ ...decodeDataKey(key), expected: record, by: undefined }, done);
      });
      purged += 1;
    }
    return purged;
  }
}

/** The data key under which a test's key is kept: keys with one `{tag}` have one token, those like `@12:a` are of one slot. */
function keyOf(name: string): Uint8Array {
  const key = utf8Encode(name);
  const offset = /^@(\d+):/.exec(name)?.[1];
  const token = offset === undefined ? tokenOf(key) : SLOT_SIZE * 7 + Number(offset);
  return encodeDataKey({ namespace: NAMESPACE, token, key });
}

/** What a release before sums reads of a question. */
function asOldRelease(question: RepairQuestion): RepairQuestion {
  if (question.kind === 'list') return { ...question, parts: [] };
  if (question.kind !== 'sums') return question;
  const runs = question.slots.map((slot) => ({ from: slot, to: slot + 1 }));
  return { kind: 'hashes', runs, pieces: runs.length };
}
