import { KvError } from '../node/core/errors.js';
import { once } from './once.js';
import type { SimProcess } from './sim-process.js';
import type { Listener } from './wire.js';

/** A request that waits for its answer: exactly one of the two ends is called. */
export interface Pending<Reply> {
  readonly answer: (reply: Reply) => void;
  readonly fail: (error: KvError) => void;
}

/** Sends a request to the other side, once it is known. */
export type Send<Reply> = (server: Listener, settle: Pending<Reply>) => void;

/** One request, and who is told how it ends. */
interface Exchange<Reply> {
  readonly remainingMs: number;
  readonly settle: Pending<Reply>;
  readonly send: Send<Reply>;
}

interface Waiting {
  readonly start: (server: Listener) => void;
  readonly fail: (error: KvError) => void;
}

/** The requests of one link that wait for the connection, or for their answer: each ends once, at its deadline at the latest. */
export class PeerExchanges {
  readonly #process: SimProcess;
  readonly #waiting = new Set<Waiting>();
  readonly #open = new Set<Waiting>();

  constructor(process: SimProcess) {
    this.#process = process;
  }

  /** Sends at once if the other side is there. */
  begin<Reply>(server: Listener | undefined, { remainingMs, settle, send }: Exchange<Reply>): void {
    const finish = once((end: () => void) => {
      timer.cancel();
      this.#waiting.delete(entry);
      this.#open.delete(entry);
      end();
    });
    const pending: Pending<Reply> = {
      answer: (reply) => {
        finish(() => {
          settle.answer(reply);
        });
      },
      fail: (error) => {
        finish(() => {
          settle.fail(error);
        });
      },
    };
    const entry: Waiting = {
      start: (other) => {
        this.#open.add(entry);
        send(other, pending);
      },
      fail: pending.fail,
    };
    const timer = this.#process.after(remainingMs, () => {
      pending.fail(new KvError('KV_READ_TIMEOUT', `no answer in ${remainingMs} ms`));
    });
    if (server === undefined) this.#waiting.add(entry);
    else entry.start(server);
  }

  /** The connection is there. */
  startAll(server: Listener): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const entry of waiting) entry.start(server);
  }

  /** The connection is gone, or never came. */
  failAll(error: KvError): void {
    for (const entry of [...this.#waiting, ...this.#open]) entry.fail(error);
  }
}
