import type { ServerDuplexStream } from '@grpc/grpc-js';
import { FrameSender } from '../../../client/grpc/frame-sender.js';
import type { FrameFormat } from '../../../client/grpc/frame-sender.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { LIMITS } from '../../core/limits.js';
import { endedByReceiver } from './ended-by-receiver.js';
import type { GrpcListener } from './grpc-listener.js';

/** A stream of frames that are encoded and decoded elsewhere. */
export type FrameServerCall = ServerDuplexStream<Buffer, Buffer>;

/** What is special to one kind of stream that a node serves. */
export interface StreamService<Answer> {
  readonly format: FrameFormat<Answer>;
  /** Bytes of requests and answers that the stream may hold before it stops reading. */
  readonly limitBytes: number;
  /** A message came. @throws BadFrame to end the connection */
  frame(bytes: Buffer): void;
  /** The stream is gone; called once. */
  ended(): void;
}

/**
 * The serving side of a stream: answers of one turn travel together, and while requests in work and answers that the other side
 * does not take fill its bound, nothing more is read.
 */
export class ServingStream<Answer> {
  readonly #call: FrameServerCall;
  readonly #service: StreamService<Answer>;
  readonly #listener: GrpcListener;
  readonly #sender: FrameSender<Answer>;
  #workingBytes = 0;
  #working = 0;
  #paused = false;
  #halfClosed = false;
  #ending = false;
  #ended = false;

  constructor(call: FrameServerCall, service: StreamService<Answer>, listener: GrpcListener) {
    this.#call = call;
    this.#service = service;
    this.#listener = listener;
    this.#sender = new FrameSender(service.format, () => {
      this.#relieve();
    });
    this.#sender.open(call);
  }

  /** Bytes of requests in work and of answers not yet taken. */
  heldBytes(): number {
    return this.#workingBytes + this.#sender.queuedBytes();
  }

  /** Requests in work. */
  working(): number {
    return this.#working;
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
        this.#listener.disconnect(call, 'a message over the limit of gRPC');
      this.#finish();
    });
  }

  /** Counts a request of so many bytes as in work, until its answer. */
  began(bytes: number): void {
    this.#working += 1;
    this.#workingBytes += bytes;
    if (!this.#paused && this.heldBytes() > this.#service.limitBytes) {
      this.#paused = true;
      this.#call.pause();
    }
  }

  /** Sends the answer to a request that `began` with so many bytes; nothing when the stream is gone. */
  answer(item: Answer, requestBytes: number): void {
    if (this.#ended) return;
    this.#working -= 1;
    this.#workingBytes -= requestBytes;
    this.#sender.push(item);
    this.#relieve();
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
    try {
      if (bytes.length > 2 * LIMITS.streamMessageBytes)
        throw new BadFrame(`a frame of ${bytes.length} bytes`);
      this.#service.frame(bytes);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.#listener.disconnect(this.#call, error.message);
      this.#finish();
    }
  }

  #relieve(): void {
    if (this.#ended) return;
    if (this.#paused && this.heldBytes() < this.#service.limitBytes / 2) {
      this.#paused = false;
      this.#call.resume();
    }
    if (this.#halfClosed && this.#working === 0 && this.#sender.queuedBytes() === 0) this.end();
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sender.reset();
    this.#service.ended();
  }
}
