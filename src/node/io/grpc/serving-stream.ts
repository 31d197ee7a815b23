import type { ServerDuplexStream } from '@grpc/grpc-js';
import { FrameSender } from '../../../client/grpc/frame-sender.js';
import type { FrameFormat } from '../../../client/grpc/frame-sender.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { FifoQueue } from '../../../stdx/fifo-queue.js';
import { LIMITS } from '../../core/limits.js';
import type { Clock } from '../../env/clock.js';
import { endedByReceiver } from './ended-by-receiver.js';
import type { GrpcListener } from './grpc-listener.js';

/** A stream of frames that are encoded and decoded elsewhere. */
export type FrameServerCall = ServerDuplexStream<Buffer, Buffer>;

/** What one request of a stream asks for, whatever it is. */
export interface Served {
  readonly remainingMs: number;
}

/** What is special to one kind of stream that a node serves. */
export interface StreamService<Request extends Served, Answer> {
  readonly format: FrameFormat<Answer>;
  /** Bytes of requests in work and of their answers that the stream may hold before it stops reading. */
  readonly limitBytes: number;
  /** The requests of one message. @throws BadFrame to end the connection */
  requestsIn(bytes: Buffer): readonly Request[];
  requestBytes(request: Request): number;
  /** `done` is called exactly once, possibly before this returns. */
  serve(request: Request, remainingMs: number, done: (answer: Answer) => void): void;
  /** The stream is gone; called once. */
  ended(): void;
}

/** What a served stream works with. */
export interface ServingEnv {
  readonly listener: GrpcListener;
  readonly clock: Clock;
}

/** How slowly the guess of the size of an answer follows smaller ones; larger ones it follows at once. */
const GUESS_DECAY = 1 / 64;

/**
 * The serving side of a stream: answers of one turn travel together. While requests in work, their answers, and answers that the
 * other side does not take fill its bound, requests wait and nothing more is read; what expires while it waits is dropped.
 */
export class ServingStream<Request extends Served, Answer> {
  readonly #call: FrameServerCall;
  readonly #service: StreamService<Request, Answer>;
  readonly #env: ServingEnv;
  readonly #sender: FrameSender<Answer>;
  readonly #waiting = new FifoQueue<{ readonly request: Request; readonly sinceMs: number }>();
  #workingBytes = 0;
  #working = 0;
  #answerGuess = 0;
  #halfClosed = false;
  #ending = false;
  #ended = false;

  constructor(call: FrameServerCall, service: StreamService<Request, Answer>, env: ServingEnv) {
    this.#call = call;
    this.#service = service;
    this.#env = env;
    this.#sender = new FrameSender(service.format, () => {
      this.#relieve();
    });
    this.#sender.open(call);
  }

  /** Requests in work or waiting for it. */
  working(): number {
    return this.#working + this.#waiting.size;
  }

  /** Begins to read. */
  start(): void {
    const call = this.#call;
    call.on('data', (bytes: Buffer) => {
      this.#receive(bytes);
    });
    call.on('end', () => {
      this.#halfClosed = true;
      this.#relieve();
    });
    // The reason is in what the other side sees; here it only means that the stream is over.
    call.on('error', () => {
      this.#finish();
    });
    call.on('cancelled', () => {
      if (!this.#ended && !this.#ending && endedByReceiver(call))
        this.#env.listener.disconnect(call, 'a message over the limit of gRPC');
      this.#finish();
    });
  }

  /** Sends a frame past the queue: the first one of a stream. */
  greet(frame: Buffer): void {
    this.#call.write(frame);
  }

  /** Ends the stream after what was written. */
  end(): void {
    this.#ending = true;
    this.#call.end();
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return;
    for (const request of this.#requestsIn(bytes)) {
      if (this.#waiting.size === 0 && this.#hasRoom()) this.#serve(request, request.remainingMs);
      else this.#waiting.push({ request, sinceMs: this.#env.clock.monotonicMs() });
    }
    if (this.#waiting.size > 0) this.#call.pause();
  }

  #requestsIn(bytes: Buffer): readonly Request[] {
    try {
      if (bytes.length > 2 * LIMITS.streamMessageBytes)
        throw new BadFrame(`a frame of ${bytes.length} bytes`);
      return this.#service.requestsIn(bytes);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.#env.listener.disconnect(this.#call, error.message);
      this.#finish();
      return [];
    }
  }

  #hasRoom(): boolean {
    const answers = this.#working * this.#answerGuess + this.#sender.queuedBytes();
    return this.#workingBytes + answers < this.#service.limitBytes;
  }

  #serve(request: Request, remainingMs: number): void {
    const bytes = this.#service.requestBytes(request);
    this.#working += 1;
    this.#workingBytes += bytes;
    this.#service.serve(request, remainingMs, (answer) => {
      this.#working -= 1;
      this.#workingBytes -= bytes;
      if (!this.#ended) this.#answer(answer);
    });
  }

  #answer(answer: Answer): void {
    const bytes = this.#service.format.bytesOf(answer);
    const smaller = this.#answerGuess + (bytes - this.#answerGuess) * GUESS_DECAY;
    this.#answerGuess = Math.max(bytes, smaller);
    this.#sender.push(answer);
    this.#relieve();
  }

  /** Takes up what waits as far as there is room, and reads on when nothing waits. */
  #relieve(): void {
    if (this.#ended) return;
    if (this.#waiting.size > 0) {
      this.#serveWaiting();
      if (this.#waiting.size === 0) this.#call.resume();
    }
    if (this.#halfClosed && this.working() === 0 && this.#sender.queuedBytes() === 0) this.end();
  }

  #serveWaiting(): void {
    const nowMs = this.#env.clock.monotonicMs();
    while (this.#hasRoom()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const leftMs = next.request.remainingMs - (nowMs - next.sinceMs);
      // Whoever asked has given up by now.
      if (leftMs > 0) this.#serve(next.request, leftMs);
    }
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.clear();
    this.#sender.reset();
    this.#service.ended();
  }
}
