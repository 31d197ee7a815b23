import type { ServerWritableStream } from '@grpc/grpc-js';
import { tickToMessage } from '../../../client/grpc/wire/gossip-message.js';
import type { AdminCalls } from '../../../client/transport.js';
import type { WatchRequest, WatchTick } from '../../../generated/kv/v1/admin.js';
import { failure, toKvError } from './failure.js';

const DEFAULT_INTERVAL_MS = 1_000;
const LEAST_INTERVAL_MS = 100;

type WatchCall = ServerWritableStream<WatchRequest, WatchTick>;

/** One live view of the cluster: a tick is made when the reader has taken the one before, so a slow reader gets fewer. */
export class WatchServing {
  readonly #call: WatchCall;
  readonly #admin: AdminCalls;
  readonly #ended: () => void;
  readonly #abort = new AbortController();
  #wake: (() => void) | undefined;

  /** `ended` is called once, when the stream is gone. */
  constructor(call: WatchCall, admin: AdminCalls, ended: () => void) {
    this.#call = call;
    this.#admin = admin;
    this.#ended = ended;
  }

  start(): void {
    const call = this.#call;
    call.on('cancelled', () => {
      this.end();
    });
    call.on('error', () => {
      this.end();
    });
    call.on('drain', () => {
      this.#wake?.();
    });
    this.#run().then(
      () => {
        this.#ended();
        call.end();
      },
      (error: unknown) => {
        this.#ended();
        call.emit('error', failure(toKvError(error)));
      },
    );
  }

  /** Ends the stream after the tick that is written. */
  end(): void {
    this.#abort.abort();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    const asked = this.#call.request.intervalMs;
    const intervalMs = asked === 0 ? DEFAULT_INTERVAL_MS : Math.max(LEAST_INTERVAL_MS, asked);
    for await (const tick of this.#admin.watch({ intervalMs }, signal)) {
      if (signal.aborted) return;
      if (!this.#call.write(tickToMessage(tick))) await this.#drained();
    }
  }

  /** Ends with the next `drain`, or with the stream, which the keepalive of the connection bounds. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#abort.signal.aborted) resolve();
    });
  }
}
