import type { Random } from '../node/env/random.js';
import type { PeerAddress, Transport } from '../node/env/transport.js';
import { assert } from '../stdx/assert.js';
import type { Scheduler } from './scheduler.js';
import { SimLink } from './sim-link.js';
import type { SimProcess } from './sim-process.js';
import { TrafficRules } from './traffic-rules.js';
import type { Connection, Listener, Parcel, SimWire } from './wire.js';

/** How messages travel; all may differ per direction of a link. */
export interface NetworkOptions {
  readonly latencyMs: (from: string, to: string) => number;
  /** Chance that one message is lost, in [0, 1). A lost message breaks nothing: its request times out. */
  readonly loss: (from: string, to: string) => number;
  /** Chance that one message arrives twice, in [0, 1). */
  readonly duplicates?: (from: string, to: string) => number;
  /** Bytes that a link carries in a ms, one message after the other; undefined sets no bound. */
  readonly bytesPerMs?: number | undefined;
}

/** What became of the messages so far. */
export interface Traffic {
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly cut: number;
  readonly clogged: number;
}

const CALM_NETWORK: NetworkOptions = { latencyMs: () => 0.2, loss: () => 0 };
/** A message that was on its way when its connection broke has been received already, or not. */
const RECEIVED_BEFORE_RESET = 0.5;

/** The network between simulated processes: addresses, delays, losses, cuts and clogs. */
export class SimNetwork implements SimWire {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly rules = new TrafficRules();
  options: NetworkOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #connections = new Set<Connection>();
  readonly #traffic = { delivered: 0, lost: 0, duplicated: 0, cut: 0, clogged: 0 };

  constructor(scheduler: Scheduler, random: Random, options: NetworkOptions = CALM_NETWORK) {
    this.scheduler = scheduler;
    this.random = random;
    this.options = options;
  }

  /** Messages delivered so far. */
  delivered(): number {
    return this.#traffic.delivered;
  }

  traffic(): Traffic {
    return { ...this.#traffic };
  }

  /** The transport of one process, listening at `address` once it is started. */
  transportOf(process: SimProcess, address: PeerAddress): Transport {
    const key = keyOf(address);
    const own: SimLink[] = [];
    let listener: Listener | undefined;
    return {
      start: (handler, hello) => {
        assert(this.#listenerAt(key) === undefined, `two processes listen at ${key}`);
        listener = { process, handler, hello };
        this.#listeners.set(key, listener);
      },
      link: (to) => {
        assert(listener !== undefined, 'a transport links after it was started');
        const link = new SimLink(this, listener, to);
        own.push(link);
        this.#connections.add(link);
        return link;
      },
      close: () => {
        if (this.#listeners.get(key) === listener) this.#listeners.delete(key);
        for (const link of own) link.close();
        this.#breakConnectionsTo(process);
        return Promise.resolve();
      },
    };
  }

  /** Ends a process as SIGKILL does: its peers see their connections reset. */
  kill(process: SimProcess): void {
    process.kill();
    for (const [key, listener] of this.#listeners)
      if (listener.process === process) this.#listeners.delete(key);
    for (const connection of this.#connections)
      if (connection.belongsTo(process)) this.#connections.delete(connection);
    this.#breakConnectionsTo(process);
  }

  /** Stops messages from one machine to another, in this direction only; as often as it is cut, it must be healed. */
  cut(from: string, to: string): void {
    this.rules.cut(from, to);
  }

  heal(from: string, to: string): void {
    this.rules.heal(from, to);
  }

  healAll(): void {
    this.rules.clear();
  }

  /** Breaks the connections between two machines; half of what is on its way is lost. */
  reset(one: string, other: string): void {
    this.rules.reset(one, other, this.scheduler.nowMs());
    for (const connection of [...this.#connections]) {
      if (connection.joins(one, other)) connection.broken('the connection was reset');
    }
  }

  listenerAt(address: PeerAddress): Listener | undefined {
    return this.#listenerAt(keyOf(address));
  }

  latencyMs(from: string, to: string): number {
    return this.options.latencyMs(from, to);
  }

  register(connection: Connection): void {
    this.#connections.add(connection);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Runs `deliver` in the process `to`, some latency from now, unless the message is lost. */
  send(parcel: Parcel): void {
    const { from, to } = parcel;
    if (!from.alive()) return;
    const { loss, duplicates } = this.options;
    if (this.#happens(loss(from.name, to.name))) {
      this.#traffic.lost += 1;
      return;
    }
    this.#launch(parcel);
    if (duplicates === undefined || !this.#happens(duplicates(from.name, to.name))) return;
    this.#traffic.duplicated += 1;
    this.#launch(parcel);
  }

  #launch(parcel: Parcel): void {
    const { from, to, bytes } = parcel;
    const sentMs = this.scheduler.nowMs();
    const queuedMs = this.rules.queue(
      { from: from.name, to: to.name, bytes },
      sentMs,
      this.options.bytesPerMs,
    );
    const delayMs = queuedMs + this.options.latencyMs(from.name, to.name);
    this.scheduler.after(delayMs, () => {
      this.#arrive(parcel, sentMs);
    });
  }

  #arrive(parcel: Parcel, sentMs: number): void {
    const { from, to, deliver } = parcel;
    const clog = this.rules.clogOf(from.name, to.name);
    if (clog !== undefined) {
      this.#traffic.clogged += 1;
      clog.push(() => {
        this.#arrive(parcel, sentMs);
      });
      return;
    }
    const torn =
      this.rules.wasReset(from.name, to.name, sentMs) && !this.#happens(RECEIVED_BEFORE_RESET);
    if (torn || this.rules.isCut(from.name, to.name)) {
      this.#traffic.cut += 1;
      return;
    }
    this.#traffic.delivered += 1;
    to.run(deliver);
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.random.nextFloat() < chance;
  }

  #breakConnectionsTo(process: SimProcess): void {
    for (const connection of [...this.#connections]) connection.resetBy(process);
  }

  #listenerAt(key: string): Listener | undefined {
    const listener = this.#listeners.get(key);
    return listener?.process.alive() === true ? listener : undefined;
  }
}

function keyOf(address: PeerAddress): string {
  return `${address.host}:${address.port}`;
}
