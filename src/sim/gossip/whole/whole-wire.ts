import { KvError } from '../../../node/core/errors.js';
import type { ControlReply, ControlRequest, Hello } from '../../../node/core/messages.js';
import type { Clock } from '../../../node/env/clock.js';
import type { LinkState, PeerAddress, PeerLink } from '../../../node/env/transport.js';
import { assert } from '../../../stdx/assert.js';
import type { MessageFate } from '../message-fate.js';

/** A node that answers control requests. */
export interface Answering {
  readonly hello: Hello;
  control(from: Hello, request: ControlRequest, remainingMs: number): Promise<ControlReply>;
}

interface Call {
  readonly request: ControlRequest;
  readonly remainingMs: number;
}

/**
 * Control requests between nodes by function call. Connections stand from the beginning and never break: what is measured
 * is gossip over messages that may not arrive. A request whose message or answer is lost fails at its deadline.
 */
export class WholeWire {
  readonly #clock: Clock;
  readonly #fate: MessageFate;
  readonly #nodes = new Map<string, Answering>();

  constructor(clock: Clock, fate: MessageFate) {
    this.#clock = clock;
    this.#fate = fate;
  }

  /** Makes a node reachable; every node has a host of its own. */
  listen(host: string, node: Answering): void {
    this.#nodes.set(host, node);
  }

  link(from: Hello, address: PeerAddress): PeerLink {
    return new WholeLink(this, from, address);
  }

  at(host: string): Answering {
    const node = this.#nodes.get(host);
    assert(node !== undefined, `no node listens at ${host}`);
    return node;
  }

  ask(from: Hello, to: Answering, { request, remainingMs }: Call): Promise<ControlReply> {
    const deadlineMs = this.#clock.monotonicMs() + remainingMs;
    return new Promise((resolve, reject) => {
      const back = (settle: () => void): void => {
        this.#deliver(deadlineMs, settle, reject);
      };
      this.#deliver(
        deadlineMs,
        () => {
          to.control(from, request, remainingMs).then(
            (reply) => {
              back(() => {
                resolve(reply);
              });
            },
            (error: unknown) => {
              back(() => {
                reject(error instanceof Error ? error : new Error(String(error)));
              });
            },
          );
        },
        reject,
      );
    });
  }

  /** Runs `arrive` when the message is there; or fails at the deadline when it is lost, or would be late. */
  #deliver(deadlineMs: number, arrive: () => void, fail: (error: KvError) => void): void {
    const nowMs = this.#clock.monotonicMs();
    const latencyMs = this.#fate.latencyMs();
    if (!this.#fate.isLost() && nowMs + latencyMs <= deadlineMs) {
      this.#clock.after(latencyMs, arrive);
      return;
    }
    this.#clock.after(Math.max(0, deadlineMs - nowMs), () => {
      fail(new KvError('KV_READ_TIMEOUT', 'no answer in time'));
    });
  }
}

class WholeLink implements PeerLink {
  readonly address: PeerAddress;
  readonly #wire: WholeWire;
  readonly #from: Hello;
  readonly #to: Answering;

  constructor(wire: WholeWire, from: Hello, address: PeerAddress) {
    this.address = address;
    this.#wire = wire;
    this.#from = from;
    this.#to = wire.at(address.host);
  }

  state(): LinkState {
    return 'ready';
  }

  remote(): Hello {
    return this.#to.hello;
  }

  roundTripMs(): number | undefined {
    return undefined;
  }

  queuedBytes(): number {
    return 0;
  }

  control(request: ControlRequest, remainingMs: number): Promise<ControlReply> {
    return this.#wire.ask(this.#from, this.#to, { request, remainingMs });
  }

  data(): void {
    assert(false, 'only control requests travel here');
  }

  meta(): Promise<never> {
    return Promise.reject(new KvError('KV_NOT_READY', 'only control requests travel here'));
  }

  repair(): Promise<never> {
    return this.meta();
  }

  close(): void {
    // There is no connection.
  }
}
