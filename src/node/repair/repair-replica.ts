import { KvError } from '../core/errors.js';
import { splitRuns, type LeafRun } from '../core/grid/leaf-runs.js';
import type { Hash64 } from '../../stdx/hash64.js';
import { emptyLeaves, xorAt, type LeafHashes } from '../core/grid/leaf-hashes.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type {
  DroppedCopy,
  RepairQuestion,
  RepairReply,
  RepairRequest,
  SentCopy,
} from '../core/repair/repair-messages.js';
import type { SlotRun } from '../core/repair/slot-map.js';
import { SLOT_SIZE, slotOf } from '../core/ring/token.js';
import { isMovingToken } from '../core/topology/owners.js';
import { decodeDataKey, type DataKey } from '../core/version/data-key.js';
import { decodeRecord } from '../core/version/record-codec.js';
import type { Clock } from '../env/clock.js';
import type { HlcService, MetadataService } from '../services.js';
import { readCopy, swapCopy } from '../store/background-store.js';
import type { ApplyOutcome } from '../store/mutation.js';
import type { PurgeEnd, PurgeRequest, PurgeRuns } from './purge-run.js';
import type { RepairStore } from './repair-store.js';
import type { RepairTimes } from './repair-times.js';
import { SlotReader } from './slot-reader.js';

/** What repair asks of the hash grid: undefined while some leaves are not known. */
interface RepairGrid {
  roots(
    namespace: number,
    pieces: readonly (readonly LeafRun[])[],
  ): Promise<readonly Hash64[] | undefined>;
}

/** When slots were last made equal by this process, on its monotonic clock. */
export type MendReply = Pick<
  Extract<RepairReply, { readonly kind: 'mended' }>,
  'nowMs' | 'beganMs'
>;

export interface RepairReplicaParts {
  readonly ownId: NodeId;
  readonly boot: number;
  readonly clock: Clock;
  readonly store: RepairStore;
  readonly grid: RepairGrid;
  readonly hlc: HlcService;
  readonly metadata: MetadataService;
  /** Removes the tombstones of runs of slots up to their floors, as far as the time of one question goes. @throws KvError */
  readonly purge: PurgeRuns;
  readonly times: RepairTimes;
  /** Has slots repaired soon, and says when that was last done. */
  /** Has a copy that cannot be read replaced by what a quorum of the other owners holds. */
  readonly heal: (copy: DataKey) => void;
  readonly mend: (
    namespace: number,
    runs: readonly SlotRun[],
    sinceMs: number | undefined,
  ) => MendReply;
}

/** Answers what the driver of a repair asks a replica: about itself, about what it holds, and to take or give up copies. */
export class RepairReplica {
  readonly #parts: RepairReplicaParts;
  readonly #reader: SlotReader;

  constructor(parts: RepairReplicaParts) {
    this.#parts = parts;
    this.#reader = new SlotReader(parts);
  }

  /** @throws KvError KV_EPOCH_CHANGED when the owners are others by now, KV_NOT_READY, KV_STORE_FAILED, KV_OVERLOADED */
  async answer(request: RepairRequest, remainingMs: number): Promise<RepairReply> {
    const isMoving = await this.#fence(request, remainingMs);
    const { namespace, question } = request;
    switch (question.kind) {
      case 'begin': {
        const { boot, store } = this.#parts;
        const floors = question.runs.flatMap((run) => store.floors.within(namespace, run));
        return { kind: 'begun', boot, floors };
      }
      case 'settle':
        // Nothing is forgotten in slots that move: whoever gains them has only a part of what was, and no floor.
        if (isMoving) return { kind: 'settled', dropped: 0, until: undefined };
        return { kind: 'settled', ...(await this.#settle(namespace, question)) };
      case 'hashes':
        return { kind: 'hashes', hashes: await this.#hashes(namespace, question) };
      case 'sums':
        return { kind: 'sums', slots: await this.#reader.sums(namespace, question) };
      case 'list':
        return await this.#reader.list(namespace, question);
      case 'fetch':
        return { kind: 'fetched', records: await this.#fetch(question.dataKeys, remainingMs) };
      case 'apply':
        await this.#apply(question, remainingMs);
        return { kind: 'applied', queuedBytes: this.#parts.store.queueBytes() };
      case 'complete':
        await this.#complete(namespace, isMoving ? { ...question, floorMs: 0 } : question);
        return { kind: 'completed' };
      case 'mend':
        return this.#mend(namespace, question);
    }
  }

  /** Purges no further than the own floors: above them, without the tombstone, what comes late would be taken for news. */
  async #settle(namespace: number, { floors, after }: PurgeRequest): Promise<PurgeEnd> {
    const { store, purge } = this.#parts;
    const own = floors.flatMap((asked) =>
      store.floors
        .within(namespace, asked)
        .map((run) => ({ ...run, value: Math.min(run.value, asked.value) })),
    );
    return await purge(namespace, { floors: own, after });
  }

  /**
   * Both sides must know the same owners: else what one calls complete may lack an owner, or ask somebody who is none. Says whether any of
   * the slots move.
   */
  async #fence(
    { epoch, namespace, question }: RepairRequest,
    remainingMs: number,
  ): Promise<boolean> {
    const { metadata, ownId } = this.#parts;
    if ((metadata.current()?.metadata.epoch ?? 0) < epoch)
      await metadata.catchUp(epoch, remainingMs);
    const view = metadata.current();
    const found = view?.metadata.namespaces.find(({ id }) => id === namespace);
    if (view === undefined || found === undefined || epoch < view.metadata.placementEpoch)
      throw new KvError('KV_EPOCH_CHANGED', 'the owners have changed; plan the repair again');
    let isMoving = false;
    for (const token of tokensOf(question)) {
      const owners = view.ownersOf(found, token);
      if (!owners.write.includes(ownId))
        throw new KvError('KV_EPOCH_CHANGED', 'this node does not own the range');
      isMoving ||= isMovingToken(owners);
    }
    return isMoving;
  }

  #mend(
    namespace: number,
    { runs, since }: Extract<RepairQuestion, { readonly kind: 'mend' }>,
  ): RepairReply {
    const { boot, mend } = this.#parts;
    const sinceMs = since?.boot === boot ? since.nowMs : undefined;
    return { kind: 'mended', boot, ...mend(namespace, runs, sinceMs) };
  }

  async #hashes(
    namespace: number,
    { runs, pieces }: { readonly runs: readonly LeafRun[]; readonly pieces: number },
  ): Promise<LeafHashes> {
    const roots = await this.#parts.grid.roots(namespace, splitRuns(runs, pieces));
    if (roots === undefined)
      throw new KvError('KV_NOT_READY', 'the hash grid of this node is still being computed');
    const hashes = emptyLeaves(roots.length);
    for (const [i, root] of roots.entries()) xorAt(hashes, i, root);
    return hashes;
  }

  async #fetch(
    dataKeys: readonly Uint8Array[],
    remainingMs: number,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    const deadlineMs = this.#parts.clock.monotonicMs() + remainingMs;
    const records: (Uint8Array | undefined)[] = [];
    let bytes = 0;
    for (const dataKey of dataKeys) {
      const record = await this.#read(dataKey, deadlineMs);
      bytes += record?.length ?? 0;
      if (records.length > 0 && bytes > LIMITS.repairBatchBytes) break;
      records.push(record);
    }
    return records;
  }

  async #read(dataKey: Uint8Array, deadlineMs: number): Promise<Uint8Array | undefined> {
    const outcome = await readCopy(this.#parts.store, decodeDataKey(dataKey), deadlineMs);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'overloaded') throw overloaded();
    return outcome.kind === 'found' ? outcome.record.encoded : undefined;
  }

  async #apply(
    {
      copies,
      drops,
    }: { readonly copies: readonly SentCopy[]; readonly drops: readonly DroppedCopy[] },
    remainingMs: number,
  ): Promise<void> {
    const deadlineMs = this.#parts.clock.monotonicMs() + remainingMs;
    await Promise.all([
      ...copies.map((copy) => this.#take(copy, deadlineMs)),
      ...drops.map((drop) => this.#drop(drop, deadlineMs)),
    ]);
  }

  async #take({ dataKey, record }: SentCopy, deadlineMs: number): Promise<void> {
    const { store, hlc } = this.#parts;
    const parts = decodeDataKey(dataKey);
    const decoded = decodeRecord(dataKey, record);
    if (typeof decoded !== 'object')
      throw new KvError('KV_CORRUPT', 'a record that arrived does not match its checksum');
    // The driver saw a complete replica that holds it: this one has lost it, and is not complete.
    if (decoded.version.ms <= store.floors.ofKey(dataKey))
      await store.floors.reset(parts.namespace, slotOf(parts.token));
    const outcome = await new Promise<ApplyOutcome>((done) => {
      // Not over a copy that cannot be read: too few owners may take part to tell that nothing newer is hidden there.
      store.apply({ ...parts, record, repair: false, priority: 'background', deadlineMs }, done);
    });
    if (outcome.kind === 'corrupt') this.#parts.heal(parts);
    expectDone(outcome);
    hlc.observe(decoded.version);
  }

  async #drop({ dataKey, digest }: DroppedCopy, deadlineMs: number): Promise<void> {
    const change = { ...decodeDataKey(dataKey), expected: digest, by: undefined, deadlineMs };
    expectDone(await swapCopy(this.#parts.store, change));
  }

  async #complete(
    namespace: number,
    { runs, floorMs, boot, agoMs }: Extract<RepairQuestion, { readonly kind: 'complete' }>,
  ): Promise<void> {
    const { store, times, hlc } = this.#parts;
    if (boot !== this.#parts.boot)
      throw new KvError('KV_EPOCH_CHANGED', 'this node has started again since the repair began');
    if (floorMs > 0) await store.floors.raise(namespace, runs, floorMs);
    // An age, so that nobody's clock but the own one counts.
    await times.note(namespace, runs, Math.floor(hlc.ownMs() - agoMs));
  }
}

/** A token of each slot run, or key, that a question is about: a range of one vnode has one set of owners. */
function tokensOf(question: RepairRequest['question']): readonly number[] {
  switch (question.kind) {
    case 'settle':
      return question.floors.map(({ from }) => from * SLOT_SIZE);
    case 'begin':
    case 'hashes':
    case 'complete':
    case 'mend':
      return question.runs.map(({ from }) => from * SLOT_SIZE);
    case 'sums':
      return question.slots.map((slot) => slot * SLOT_SIZE);
    case 'list':
      return [question.slot * SLOT_SIZE];
    case 'fetch':
      return question.dataKeys.map((dataKey) => decodeDataKey(dataKey).token);
    case 'apply':
      return [...question.copies, ...question.drops].map(
        ({ dataKey }) => decodeDataKey(dataKey).token,
      );
  }
}

/** Something newer, or nothing at all, is as good. */
function expectDone(outcome: ApplyOutcome): void {
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind === 'overloaded') throw overloaded();
  if (outcome.kind === 'corrupt')
    throw new KvError('KV_CORRUPT', 'the copy that is held cannot be read');
}

function overloaded(): KvError {
  return new KvError('KV_OVERLOADED', 'the queue of this node is full');
}
