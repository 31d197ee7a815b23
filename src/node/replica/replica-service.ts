import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type {
  DataReply,
  DataRequest,
  DiscardRequest,
  ReadRequest,
  WriteRequest,
} from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { forgottenAgeMs } from '../core/repair/forgotten-age.js';
import { tokenOf } from '../core/ring/token.js';
import { digestOf } from '../core/version/record.js';
import { RECORD_OVERHEAD, versionOfRecord } from '../core/version/record-codec.js';
import { highestOf } from '../core/version/hlc.js';
import type { Version } from '../core/version/version.js';
import type { Clock } from '../env/clock.js';
import type { ClusterView, HlcService, MetadataService, ReplicaService } from '../services.js';
import type { ApplyOutcome, Mutation, ReadOutcome, RecordQuery, Swap } from '../store/mutation.js';

/** What a replica asks of its store; `done` is called exactly once. */
interface RecordStore {
  apply(mutation: Mutation, done: (outcome: ApplyOutcome) => void): void;
  swap(change: Swap, done: (outcome: ApplyOutcome) => void): void;
  read(query: RecordQuery, done: (outcome: ReadOutcome) => void): void;
}

export interface ReplicaParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly store: RecordStore;
  readonly hlc: HlcService;
  readonly metadata: MetadataService;
  /** What this node takes for the time, in ms; undefined while its clock was not compared with another one. */
  readonly nowMs?: (() => number | undefined) | undefined;
}

type Done = (reply: DataReply) => void;

/** A request that may be served: the view it is judged by, its token, and when nobody waits for it any more. */
interface Admitted {
  readonly view: ClusterView;
  readonly token: number;
  readonly deadlineMs: number;
}

/**
 * The replica procedures of a node: it serves what it owns under the newest placement it knows, and refuses older plans.
 * Fenced both ways: a plan older than the last change of ownership is refused, and a plan newer than what this node has
 * applied waits until it has caught up, within the time of the request.
 */
export class Replica implements ReplicaService {
  readonly #parts: ReplicaParts;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
  }

  handle(request: DataRequest, remainingMs: number, done: Done): void {
    if (remainingMs <= 0) {
      done({ kind: 'failed', code: 'timeout', message: 'it expired before it was begun' });
      return;
    }
    const deadlineMs = this.#parts.clock.monotonicMs() + remainingMs;
    const view = this.#parts.metadata.current();
    if (view === undefined) {
      done(failure(new KvError('KV_NOT_READY', 'the node has not entered its cluster yet')));
      return;
    }
    if (request.epoch > view.metadata.epoch) {
      this.#catchUp(request, deadlineMs, done);
      return;
    }
    const token = tokenOf(request.key);
    if (!this.#owns(view, request, token)) {
      done({ kind: 'fenced', epoch: view.metadata.epoch });
      return;
    }
    this.#serve(request, { view, token, deadlineMs }, done);
  }

  #catchUp(request: DataRequest, deadlineMs: number, done: Done): void {
    const { clock, metadata } = this.#parts;
    void metadata.catchUp(request.epoch, deadlineMs - clock.monotonicMs()).then(
      () => {
        // Everything is judged again: the new epoch may have moved the key away.
        this.handle(request, deadlineMs - clock.monotonicMs(), done);
      },
      (error: unknown) => {
        done(failure(expected(error)));
      },
    );
  }

  #owns(view: ClusterView, request: DataRequest, token: number): boolean {
    if (request.epoch < view.metadata.placementEpoch) return false;
    const namespace = view.metadata.namespaces.find(({ id }) => id === request.namespace);
    if (namespace === undefined) return false;
    // While the token moves the coordinator knows whom to ask for what: it plans by the same epoch, and each of these is given every write.
    return view.ownersOf(namespace, token).write.includes(this.#parts.ownId);
  }

  #serve(request: DataRequest, admitted: Admitted, done: Done): void {
    switch (request.kind) {
      case 'write':
        this.#write(request, admitted, done);
        return;
      case 'read':
        this.#read(request, admitted, done);
        return;
      case 'discard':
        this.#discard(request, admitted, done);
    }
  }

  #write(request: WriteRequest, { view, token, deadlineMs }: Admitted, done: Done): void {
    const refusal = refusalOf(request, view);
    if (refusal !== undefined) {
      done(failure(refusal));
      return;
    }
    const forgotten = this.#forgottenBy(request, view);
    if (forgotten !== undefined) {
      done(this.#refused({ kind: 'superseded', version: forgotten }));
      return;
    }
    const { namespace, key, record, repair } = request;
    const priority = request.background === true ? 'background' : 'live';
    this.#parts.store.apply(
      { namespace, token, key, record, repair, priority, deadlineMs },
      (outcome) => {
        const moved = this.#movedSince(view);
        if (moved !== undefined) done(moved);
        else done(outcome.kind === 'written' ? this.#written(record) : this.#refused(outcome));
      },
    );
  }

  /**
   * The refusal of what was admitted before the ring went on: once this node has applied a step of a plan, nothing that was planned before it is
   * confirmed or answered here. So whoever moves the range from here has all that this node has ever confirmed under older plans.
   */
  #movedSince(view: ClusterView): DataReply | undefined {
    const now = this.#parts.metadata.current()?.metadata;
    if (now === undefined || now.placementEpoch <= view.metadata.epoch) return undefined;
    return { kind: 'fenced', epoch: now.epoch };
  }

  #discard({ namespace, key }: DiscardRequest, { token, deadlineMs }: Admitted, done: Done): void {
    const change = {
      namespace,
      token,
      key,
      expected: 'corrupt',
      by: undefined,
      deadlineMs,
    } as const;
    this.#parts.store.swap(change, (outcome) => {
      const isDone = outcome.kind === 'written';
      done(isDone ? { kind: 'written', stamp: this.#parts.hlc.read() } : this.#refused(outcome));
    });
  }

  /**
   * What supersedes a client's write that is so old that its range may be about to forget deletes of that age: a repair under way has
   * compared its owners already, and would take what only some of them get now for forgotten. Whoever stamped it stamps it again.
   */
  #forgottenBy(
    { record, repair, background }: WriteRequest,
    view: ClusterView,
  ): Version | undefined {
    const nowMs = this.#parts.nowMs?.();
    if (repair || background === true || nowMs === undefined) return undefined;
    const forgottenMs = Math.floor(nowMs - forgottenAgeMs(view.metadata.settings));
    return versionOfRecord(record).ms <= forgottenMs ? highestOf(forgottenMs) : undefined;
  }

  /** The record is durable; the clock merges only stamps of records that the store has verified. */
  #written(record: Uint8Array): DataReply {
    const { hlc } = this.#parts;
    hlc.observe(versionOfRecord(record));
    return { kind: 'written', stamp: hlc.read() };
  }

  /** Why a change was not made. */
  #refused(outcome: Exclude<ApplyOutcome, { readonly kind: 'written' }>): DataReply {
    const { hlc } = this.#parts;
    switch (outcome.kind) {
      case 'superseded':
        hlc.observe(outcome.version);
        return { kind: 'superseded', version: outcome.version, stamp: hlc.read() };
      case 'corrupt':
        return { kind: 'corrupt' };
      case 'overloaded':
        return overloaded('writes');
      case 'failed':
        return failure(outcome.error);
    }
  }

  #read(request: ReadRequest, { view, token, deadlineMs }: Admitted, done: Done): void {
    const { hlc, store } = this.#parts;
    hlc.observe(request.stamp);
    if (!view.metadata.opened) {
      done(this.#answer(request, { kind: 'missing' }));
      return;
    }
    const { namespace, key } = request;
    store.read({ namespace, token, key, deadlineMs }, (outcome) => {
      done(this.#movedSince(view) ?? this.#answer(request, outcome));
    });
  }

  #answer({ mode }: ReadRequest, outcome: ReadOutcome): DataReply {
    const { hlc } = this.#parts;
    switch (outcome.kind) {
      case 'found': {
        const { record } = outcome;
        hlc.observe(record.version);
        if (mode === 'value') return { kind: 'value', record: record.encoded, stamp: hlc.read() };
        return { kind: 'digest', digest: digestOf(record), stamp: hlc.read() };
      }
      case 'missing':
        if (mode === 'value') return { kind: 'value', record: undefined, stamp: hlc.read() };
        return { kind: 'digest', digest: undefined, stamp: hlc.read() };
      case 'corrupt':
        return { kind: 'corrupt' };
      case 'overloaded':
        return overloaded('reads');
      case 'failed':
        return failure(outcome.error);
    }
  }
}

/** Why a write is refused whatever the store holds; a repair or a hint is not held to limits that its record has passed before. */
function refusalOf(
  { key, record, repair, background }: WriteRequest,
  view: ClusterView,
): KvError | undefined {
  const { opened, settings } = view.metadata;
  if (!opened) return new KvError('KV_NOT_READY', 'the cluster is not open for writes yet');
  if (key.length === 0 || key.length > LIMITS.keyBytes)
    return new KvError('KV_KEY_INVALID', `a key of ${key.length} bytes`);
  const recordBytesMax = settings.valueBytesMax + RECORD_OVERHEAD.expiring;
  const isNews = !repair && background !== true;
  if (isNews && record.length > recordBytesMax)
    return new KvError('KV_VALUE_TOO_LARGE', `a record of ${record.length} bytes`);
  return undefined;
}

function failure({ code, message }: KvError): DataReply {
  return { kind: 'failed', code, message };
}

function overloaded(what: string): DataReply {
  return { kind: 'failed', code: 'KV_OVERLOADED', message: `too many ${what} wait for the store` };
}

/** What may happen is answered; anything else is a defect and goes on as one. */
function expected(error: unknown): KvError {
  if (error instanceof KvError) return error;
  throw error;
}
