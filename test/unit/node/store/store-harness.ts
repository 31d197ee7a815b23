import { eachTurn } from '../../../../src/node/io/turn.js';
import type { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { decodeRecord, encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { StoredRecord } from '../../../../src/node/core/version/record.js';
import type { Derivation } from '../../../../src/node/store/record-change.js';
import { assert } from '../../../../src/stdx/assert.js';
import type {
  ApplyOutcome,
  Mutation,
  ReadOutcome,
  SystemWrite,
} from '../../../../src/node/store/mutation.js';
import { Store, type StoreParts } from '../../../../src/node/store/store.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import type { DiskStep } from '../../../../src/sim/memory-storage.js';
import { LogRecorder, MetricsRecorder } from '../../../../src/sim/recorders.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../../src/sim/sim-process.js';
import { murmur3_x86_32 } from '../../../../src/stdx/murmur3.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { UnlikelyBranches } from '../unlikely-branches.js';

/** Resolves when all microtasks have run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Holds steps of a disk back, and lets them go one by one. */
export class Gate {
  readonly steps: DiskStep[] = [];
  readonly #shut = new Set<DiskStep>();
  readonly #waiting: { readonly step: DiskStep; readonly open: () => void }[] = [];

  readonly hold = (step: DiskStep): Promise<void> | undefined => {
    this.steps.push(step);
    if (!this.#shut.has(step)) return undefined;
    return new Promise((open) => this.#waiting.push({ step, open }));
  };

  shut(...steps: DiskStep[]): void {
    for (const step of steps) this.#shut.add(step);
  }

  /** Opens for good. */
  async open(): Promise<void> {
    this.#shut.clear();
    while (this.#waiting.length > 0) await this.release();
  }

  /** Lets the oldest waiting step go, or the one at `index`. */
  async release(index = 0): Promise<void> {
    const [next] = this.#waiting.splice(index, 1);
    next?.open();
    await turn();
  }

  get waiting(): number {
    return this.#waiting.length;
  }
}

export interface Shape {
  readonly key?: string;
  readonly ms: number;
  readonly writer?: number;
  readonly value?: string | Uint8Array;
  readonly tombstone?: boolean;
  readonly expiresAtMs?: number | undefined;
  readonly repair?: boolean;
  readonly priority?: Mutation['priority'];
  readonly deadlineMs?: number;
}

/** Namespace, token and bytes of a test's key. */
export const coordinates = (
  name: string,
): { namespace: number; token: number; key: Uint8Array } => {
  const key = utf8Encode(name);
  return { namespace: 1, token: murmur3_x86_32(key, 0), key };
};

/** The data key of a test's key. */
export function dataKeyOf(name = 'k'): Uint8Array {
  return encodeDataKey(coordinates(name));
}

/** A whole mutation from the few things that a test cares about. */
export function mutation(shape: Shape): Mutation {
  const { key = 'k', ms, writer = 1, repair = false, priority = 'live', deadlineMs } = shape;
  const { tombstone = false, expiresAtMs } = shape;
  const text = tombstone ? '' : (shape.value ?? `v${ms}`);
  const value = typeof text === 'string' ? utf8Encode(text) : text;
  const version = { ms, logical: 0, writerHi: 0, writerLo: writer };
  const record = encodeRecord(dataKeyOf(key), { version, tombstone, expiresAtMs, value });
  return { ...coordinates(key), record, repair, priority, deadlineMs };
}

/** The record that a mutation carries. */
export function copyOf(shape: Shape): StoredRecord {
  const record = decodeRecord(dataKeyOf(shape.key), mutation(shape).record);
  assert(typeof record === 'object', 'it was just encoded');
  return record;
}

/** A store over a disk in memory, with the parts around it. */
export class StoreUnderTest {
  gate = new Gate();
  readonly scheduler = new Scheduler(eachTurn);
  readonly clock = new SimProcess('store', this.scheduler);
  readonly failures: KvError[] = [];
  readonly metrics = new MetricsRecorder();
  readonly log = new LogRecorder();
  /** What the store is asked to do the unlikely way. */
  readonly unlikely = new UnlikelyBranches();
  readonly derivations: Derivation[] = [];
  openDerivations: NonNullable<StoreParts['derivations']> = async () => this.derivations;
  disk = new MemoryDisk({ hold: this.gate.hold });
  store!: Store;
  #seed = 1;

  static async open(): Promise<StoreUnderTest> {
    const under = new StoreUnderTest();
    await under.reopen();
    return under;
  }

  /** Opens the store on what is on the disk now. */
  async reopen(): Promise<Store> {
    const { clock, disk, metrics } = this;
    const { buggify } = this.unlikely;
    const env = {
      clock,
      disk,
      metrics,
      buggify,
      random: new SeededRandom(this.#seed++),
      log: this.log.logger('store'),
    };
    const readiness = { fail: (error: KvError) => void this.failures.push(error) };
    this.store = await Store.open({ env, readiness, derivations: this.openDerivations });
    return this.store;
  }

  async crash(underWay: 'lost' | 'kept' = 'lost'): Promise<Store> {
    this.disk.crash(underWay);
    return await this.reopen();
  }

  apply(shape: Shape): Promise<ApplyOutcome> {
    return new Promise((resolve) => this.store.apply(mutation(shape), resolve));
  }

  /** Swaps the copy of a key for one of `by`, or removes it. */
  swap(
    expected: Shape | 'any' | 'corrupt',
    by: Shape | undefined,
    key = 'k',
  ): Promise<ApplyOutcome> {
    const change = {
      ...coordinates(key),
      expected: typeof expected === 'string' ? expected : copyOf({ key, ...expected }),
      by: by === undefined ? undefined : mutation({ key, ...by }).record,
    };
    return new Promise((resolve) => {
      this.store.swap(change, resolve);
    });
  }

  writeSystem(write: SystemWrite): Promise<ApplyOutcome> {
    return new Promise((resolve) => {
      this.store.writeSystem(write, resolve);
    });
  }

  /** Three writes that leave the background no room: one is synced when the gate opens, one gathered, and one waits. */
  async fillBackground(): Promise<readonly Promise<ApplyOutcome>[]> {
    const value = new Uint8Array(LIMITS.writerBackgroundQueueBytes + 1);
    const large: Promise<ApplyOutcome>[] = [];
    this.gate.shut('sync');
    for (const key of ['a', 'b', 'c']) {
      large.push(this.apply({ key, ms: 99, value, priority: 'background' }));
      await turn();
    }
    return large;
  }

  read(key = 'k'): Promise<ReadOutcome> {
    return new Promise((resolve) => this.store.read(coordinates(key), resolve));
  }

  /** The value of a key as text, or the kind of outcome when it is not found. */
  async textOf(key = 'k'): Promise<string> {
    const outcome = await this.read(key);
    return outcome.kind === 'found' ? utf8Decode(outcome.record.value) : `(${outcome.kind})`;
  }
}
