import { status as codes } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';
import { KvError } from '../../node/core/errors.js';
import type { Clock, Timer } from '../../node/env/clock.js';
import type { Random } from '../../node/env/random.js';
import { Backoff } from '../../stdx/backoff.js';
import { addressOf } from './connection.js';
import type { Connection, FrameCall } from './connection.js';
import { connectionError } from './connection-error.js';
import { BadFrame } from './wire/bad-frame.js';

/** As in env/transport: `connecting` is the first dial only; after a failure it stays `broken` until it is ready again. */
export type StreamState = 'idle' | 'connecting' | 'ready' | 'broken';

/** What is special to one kind of stream. */
export interface StreamOwner {
  /** Path of the method: `/kv.v1.Kv/Session`. */
  readonly path: string;
  /** The stream is open on this side: the time to introduce oneself. */
  opened(call: FrameCall): void;
  /** The server has answered the headers. */
  answered(): void;
  /** A message came. @throws BadFrame to end the connection */
  frame(bytes: Buffer): void;
  /** The stream is gone, or could not be had; what waits on it fails now. */
  broken(error: KvError): void;
  /** The server sent a frame that does not parse. */
  badFrame(error: BadFrame): void;
}

/** Time, and chance for the jitter. */
export interface StreamEnv {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Keeps one long-lived stream to a server: dials at the first use, gives up a dial after 2 s, and after every failure dials again
 * by itself, after delays that grow to a second.
 */
export class StreamLink {
  readonly #connection: Connection;
  readonly #owner: StreamOwner;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #state: StreamState = 'idle';
  #call: FrameCall | undefined;
  #timer: Timer | undefined;
  #lastError: KvError;
  #closed = false;

  constructor(connection: Connection, owner: StreamOwner, env: StreamEnv) {
    this.#connection = connection;
    this.#owner = owner;
    this.#clock = env.clock;
    this.#backoff = new Backoff({
      baseMs: 50,
      maxMs: 1_000,
      random: () => env.random.nextFloat(),
    });
    this.#lastError = this.#unreachable('not connected');
  }

  state(): StreamState {
    return this.#state;
  }

  /** Why it is broken. */
  lastError(): KvError {
    return this.#lastError;
  }

  /** Dials, unless that has been done before. */
  connect(): void {
    if (this.#state !== 'idle' || this.#closed) return;
    this.#state = 'connecting';
    this.#dial();
  }

  /** The owner has found the server to be whom it looked for; returns the call to write to. */
  accept(): FrameCall | undefined {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = 'ready';
    this.#backoff.reset();
    return this.#call;
  }

  /**
   * Ends the stream because of `error`, and tries again later. The connection under it stays: to a peer that only stands still
   * each new one would be one more that nobody ever closes.
   */
  fail(error: KvError): void {
    if (this.#closed) return;
    this.#drop();
    this.#state = 'broken';
    this.#lastError = error;
    this.#timer = this.#clock.after(this.#backoff.nextMs(), () => {
      this.#dial();
    });
    this.#owner.broken(error);
  }

  /** Ends it for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drop();
    this.#state = 'broken';
    this.#lastError = this.#unreachable('the link was closed');
    this.#connection.discard();
    this.#owner.broken(this.#lastError);
  }

  #dial(): void {
    const call = this.#connection.stream(this.#owner.path);
    this.#call = call;
    const { dialMs } = this.#connection;
    this.#timer = this.#clock.after(dialMs, () => {
      this.fail(this.#unreachable(`no answer in ${dialMs} ms`));
    });
    // Every end is told by `status`; an `error` without a listener would end the process.
    call.on('error', () => undefined);
    call.on('status', (status: StatusObject) => {
      if (call === this.#call) this.#ended(status);
    });
    call.on('metadata', () => {
      if (call === this.#call) this.#owner.answered();
    });
    call.on('data', (bytes: Buffer) => {
      if (call === this.#call) this.#receive(bytes);
    });
    this.#owner.opened(call);
  }

  #ended(status: StatusObject): void {
    // A fresh connection is dialled when this link says so, not when the old one comes out of its own backoff.
    if (status.code === codes.UNAVAILABLE) this.#connection.discard();
    this.fail(connectionError(this.#connection.target, status));
  }

  #receive(bytes: Buffer): void {
    try {
      this.#owner.frame(bytes);
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error;
      this.#owner.badFrame(error);
      this.#connection.discard();
      this.fail(this.#unreachable(`sent a frame that does not parse: ${error.message}`));
    }
  }

  #drop(): void {
    const call = this.#call;
    this.#call = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    call?.cancel();
  }

  #unreachable(why: string): KvError {
    return new KvError('KV_UNREACHABLE', `${addressOf(this.#connection.target)}: ${why}`);
  }
}
