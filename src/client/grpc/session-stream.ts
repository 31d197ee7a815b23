import { KvService } from '../../generated/kv/v1/kv.js';
import { KvError } from '../../node/core/errors.js';
import { LIMITS } from '../../node/core/limits.js';
import type { ClientRequest, ClientResult } from '../../node/core/operations.js';
import type { Clock } from '../../node/env/clock.js';
import type { Connection } from './connection.js';
import { FrameSender } from './frame-sender.js';
import type { SystemEnv } from './system-env.js';
import { PendingTable } from './pending-table.js';
import type { Awaited } from './pending-table.js';
import { StreamLink } from './stream-link.js';
import type { StreamOwner, StreamState } from './stream-link.js';
import { ChunkAssembly } from './wire/chunk.js';
import { clientOpBytes, SESSION_CHUNK_FIELD, writeClientOp } from './wire/client-frame.js';
import type { ProtoWriter } from './wire/proto-writer.js';
import { decodeServerFrame } from './wire/server-frame.js';
import type { OpResult } from './wire/server-frame.js';

/** An operation that waits for its answer. A class, because many are made: no closures. */
class Operation implements Awaited {
  id = 0;
  readonly request: ClientRequest;
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly done: (result: ClientResult | KvError) => void;
  /** `over` is not sent any more. */
  phase: 'queued' | 'sent' | 'over' = 'queued';

  constructor(
    request: ClientRequest,
    deadlineMs: number,
    done: (result: ClientResult | KvError) => void,
  ) {
    this.request = request;
    this.bytes = clientOpBytes(request);
    this.deadlineMs = deadlineMs;
    this.done = done;
  }

  expire(): void {
    const sent = this.phase === 'sent';
    this.phase = 'over';
    if (sent) this.done(unanswered(this.request, 'no answer in time'));
    else this.done(new KvError('KV_UNREACHABLE', 'the operation was not sent in time'));
  }

  broken(error: KvError): void {
    const sent = this.phase === 'sent';
    this.phase = 'over';
    this.done(sent ? unanswered(this.request, error.message) : error);
  }
}

/** The session with one node: operations of a turn travel together, answers come by id. */
export class SessionStream {
  readonly #clock: Clock;
  readonly #link: StreamLink;
  readonly #pending: PendingTable<Operation>;
  readonly #sender: FrameSender<Operation>;
  #chunks = new ChunkAssembly();

  constructor(connection: Connection, env: SystemEnv) {
    this.#clock = env.clock;
    this.#pending = new PendingTable(env.clock);
    this.#sender = new FrameSender({
      chunkField: SESSION_CHUNK_FIELD,
      bytesOf: (operation) => operation.bytes,
      write: (writer, operation) => {
        this.#write(writer, operation);
      },
    });
    this.#link = new StreamLink(connection, this.#owner(), env);
  }

  state(): StreamState {
    return this.#link.state();
  }

  /** As ClientConnection.operate. */
  operate(
    request: ClientRequest,
    remainingMs: number,
    done: (result: ClientResult | KvError) => void,
  ): void {
    if (this.#link.state() === 'broken') {
      done(this.#link.lastError());
      return;
    }
    const operation = new Operation(request, this.#clock.monotonicMs() + remainingMs, done);
    const queued = this.#sender.queuedBytes();
    const full = queued > 0 && queued + operation.bytes > LIMITS.sessionQueueBytes;
    const id = full ? undefined : this.#pending.add(operation);
    if (id === undefined) {
      done(new KvError('KV_OVERLOADED', 'the queue to the node is full'));
      return;
    }
    operation.id = id;
    this.#sender.push(operation);
    this.#link.connect();
  }

  close(): void {
    this.#link.close();
  }

  #write(writer: ProtoWriter, operation: Operation): void {
    if (operation.phase === 'over') return;
    operation.phase = 'sent';
    const leftMs = Math.floor(operation.deadlineMs - this.#clock.monotonicMs());
    const { id, request } = operation;
    writeClientOp(writer, { id, request, remainingMs: Math.max(1, leftMs) });
  }

  #owner(): StreamOwner {
    return {
      path: KvService.session.path,
      opened: () => {
        this.#chunks = new ChunkAssembly();
      },
      // A node answers the headers at once; another server that accepts the connection does not.
      answered: () => {
        const call = this.#link.accept();
        if (call !== undefined) this.#sender.open(call);
      },
      frame: (bytes) => {
        this.#frame(bytes);
      },
      broken: (error) => {
        this.#sender.reset();
        for (const operation of this.#pending.drain()) operation.broken(error);
      },
      badFrame: () => undefined,
    };
  }

  #frame(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    this.#settle(frame.results);
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    if (whole !== undefined) this.#settle(decodeServerFrame(whole).results);
  }

  #settle(results: readonly OpResult[]): void {
    for (const { id, result } of results) this.#pending.take(id)?.done(result);
  }
}

/** Nobody knows what became of a write that was sent and not answered; a read has only failed. */
function unanswered(request: ClientRequest, why: string): KvError {
  if (request.kind === 'get' || request.kind === 'exists')
    return new KvError('KV_READ_TIMEOUT', why);
  return new KvError('KV_WRITE_TIMEOUT', `${why}; the write may still apply`, {
    outcome: 'unknown',
  });
}
