import type { Connection, FrameCall } from '../../../client/grpc/connection.js';
import { FrameSender } from '../../../client/grpc/frame-sender.js';
import { PendingTable } from '../../../client/grpc/pending-table.js';
import type { Awaited } from '../../../client/grpc/pending-table.js';
import { StreamLink } from '../../../client/grpc/stream-link.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { ChunkAssembly } from '../../../client/grpc/wire/chunk.js';
import type { ProtoWriter } from '../../../client/grpc/wire/proto-writer.js';
import type { ErrorCode, KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Hello } from '../../core/messages.js';
import type { Clock } from '../../env/clock.js';
import type { Counter } from '../../env/metrics.js';
import type { Random } from '../../env/random.js';
import type { LinkState } from '../../env/transport.js';
import { decodePeerFrame, encodeHello, PEER_CHUNK_FIELD } from './wire/peer-frame.js';
import type { NumberedReply, PeerCodec } from './wire/peer-frame.js';

/** Who waits for the answer: exactly one of the two is called, once. */
export interface Settle<R> {
  answer(reply: R): void;
  fail(code: ErrorCode | 'timeout', message: string): void;
}

/** What the streams of one link share. */
export interface PeerStreamEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly badFrames: Counter;
  hello(): Hello;
  /** An error keeps the peer out. */
  admit(remote: Hello): KvError | undefined;
  /** The peer keeps this node out. */
  refused(error: KvError): void;
}

/** One kind of stream: the path of its method, and its codec. */
export interface PeerStreamKind<Q, R> {
  readonly path: string;
  readonly codec: PeerCodec<Q, R>;
}

/** A request that waits for its answer. A class, because millions of them are made: no closures. */
class Asked<Q, R> implements Awaited {
  id = 0;
  /** Undefined once nobody waits for the answer: it is not sent then. */
  request: Q | undefined;
  readonly settle: Settle<R>;
  readonly bytes: number;
  readonly deadlineMs: number;

  constructor(request: Q, settle: Settle<R>, size: { bytes: number; deadlineMs: number }) {
    this.request = request;
    this.settle = settle;
    this.bytes = size.bytes;
    this.deadlineMs = size.deadlineMs;
  }

  expire(): void {
    this.request = undefined;
    this.settle.fail('timeout', 'no answer in time');
  }
}

/** The asking side of one stream to a peer: hello first, requests of a turn together, answers by id, failures at once. */
export class PeerStream<Q, R> {
  readonly #kind: PeerStreamKind<Q, R>;
  readonly #env: PeerStreamEnv;
  readonly #link: StreamLink;
  readonly #pending: PendingTable<Asked<Q, R>>;
  readonly #sender: FrameSender<Asked<Q, R>>;
  #chunks = new ChunkAssembly();
  #remote: Hello | undefined;

  constructor(connection: Connection, kind: PeerStreamKind<Q, R>, env: PeerStreamEnv) {
    this.#kind = kind;
    this.#env = env;
    this.#pending = new PendingTable(env.clock);
    this.#sender = new FrameSender({
      chunkField: PEER_CHUNK_FIELD,
      bytesOf: (asked) => asked.bytes,
      write: (writer, asked) => {
        this.#write(writer, asked);
      },
    });
    this.#link = new StreamLink(connection, this.#owner(), env);
  }

  state(): LinkState {
    return this.#link.state();
  }

  remote(): Hello | undefined {
    return this.#remote;
  }

  queuedBytes(): number {
    return this.#sender.queuedBytes();
  }

  /** Sends a request, dialling if that was not done yet; `settle` may be called before this returns. */
  ask(request: Q, remainingMs: number, settle: Settle<R>): void {
    if (this.#link.state() === 'broken') {
      const { code, message } = this.#link.lastError();
      settle.fail(code, message);
      return;
    }
    const bytes = this.#kind.codec.requestBytes(request);
    const queued = this.#sender.queuedBytes();
    // One request may be larger than the bound by itself: it goes when it is alone.
    if (queued > 0 && queued + bytes > LIMITS.peerQueueBytes) {
      settle.fail('KV_OVERLOADED', 'the queue to the peer is full');
      return;
    }
    const deadlineMs = this.#env.clock.monotonicMs() + remainingMs;
    const asked = new Asked(request, settle, { bytes, deadlineMs });
    const id = this.#pending.add(asked);
    if (id === undefined) {
      settle.fail('KV_OVERLOADED', 'too many requests wait for the peer');
      return;
    }
    asked.id = id;
    this.#sender.push(asked);
    this.#link.connect();
  }

  close(): void {
    this.#link.close();
  }

  #write(writer: ProtoWriter, { id, request, deadlineMs }: Asked<Q, R>): void {
    if (request === undefined) return;
    const remainingMs = Math.max(1, Math.floor(deadlineMs - this.#env.clock.monotonicMs()));
    this.#kind.codec.writeRequest(writer, { id, remainingMs, request });
  }

  #owner(): ConstructorParameters<typeof StreamLink>[1] {
    return {
      path: this.#kind.path,
      opened: (call: FrameCall) => {
        this.#remote = undefined;
        this.#chunks = new ChunkAssembly();
        call.write(encodeHello(this.#env.hello()));
      },
      answered: () => undefined,
      frame: (bytes) => {
        this.#frame(bytes);
      },
      broken: (error) => {
        this.#sender.reset();
        for (const asked of this.#pending.drain()) asked.settle.fail(error.code, error.message);
      },
      badFrame: () => {
        this.#env.badFrames.inc();
      },
    };
  }

  #frame(bytes: Buffer): void {
    const frame = decodePeerFrame(bytes, this.#kind.codec);
    if (this.#remote === undefined) {
      if (frame.refused !== undefined) this.#refused(frame.refused);
      else this.#greet(frame.hello);
      return;
    }
    this.#settle(frame.replies);
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    if (whole !== undefined) this.#settle(decodePeerFrame(whole, this.#kind.codec).replies);
  }

  #refused(error: KvError): void {
    this.#link.fail(error);
    this.#env.refused(error);
  }

  #greet(hello: Hello | undefined): void {
    if (hello === undefined) throw new BadFrame('a stream that does not begin with a hello');
    const refusal = this.#env.admit(hello);
    if (refusal !== undefined) {
      this.#link.fail(refusal);
      return;
    }
    this.#remote = hello;
    const call = this.#link.accept();
    if (call !== undefined) this.#sender.open(call);
  }

  #settle(replies: readonly NumberedReply<R>[]): void {
    for (const { id, reply } of replies) this.#pending.take(id)?.settle.answer(reply);
  }
}
