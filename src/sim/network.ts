import type { Random } from '../node/env/random.js';
import type { PeerAddress, Transport } from '../node/env/transport.js';
import { assert } from '../stdx/assert.js';
import type { Scheduler } from './scheduler.js';
import { SimLink } from './sim-link.js';
import type { SimProcess } from './sim-process.js';
import type { Listener, SimWire } from './wire.js';

/** How long a message takes, and whether it arrives; both may differ per direction. */
export interface NetworkOptions {
  readonly latencyMs: () => number;
  /** Chance that one message is lost, in [0, 1). A lost message breaks nothing: its request times out. */
  readonly loss: () => number;
}

const CALM_NETWORK: NetworkOptions = { latencyMs: () => 0.2, loss: () => 0 };

/** The network between simulated processes: addresses, delays, losses and cuts. */
export class SimNetwork implements SimWire {
  readonly scheduler: Scheduler;
  readonly random: Random;
  options: NetworkOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #links = new Set<SimLink>();
  readonly #cuts = new Set<string>();
  #delivered = 0;

  constructor(scheduler: Scheduler, random: Random, options: NetworkOptions = CALM_NETWORK) {
    this.scheduler = scheduler;
    this.random = random;
    this.options = options;
  }

  /** Messages delivered so far. */
  delivered(): number {
    return this.#delivered;
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
        this.#links.add(link);
        return link;
      },
      close: () => {
        this.#listeners.delete(key);
        for (const link of own) link.close();
        if (listener !== undefined) this.#breakLinksTo(listener);
        return Promise.resolve();
      },
    };
  }

  /** Ends a process as SIGKILL does: its peers see their connections reset. */
  kill(process: SimProcess): void {
    process.kill();
    for (const [key, listener] of this.#listeners) {
      if (listener.process !== process) continue;
      this.#listeners.delete(key);
      this.#breakLinksTo(listener);
    }
    for (const link of this.#links) if (link.belongsTo(process)) this.#links.delete(link);
  }

  /** Stops messages from one process to another, in this direction only. */
  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(from: string, to: string): void {
    this.#cuts.delete(`${from}>${to}`);
  }

  healAll(): void {
    this.#cuts.clear();
  }

  listenerAt(address: PeerAddress): Listener | undefined {
    return this.#listenerAt(keyOf(address));
  }

  latencyMs(): number {
    return this.options.latencyMs();
  }

  forget(link: object): void {
    for (const one of this.#links) if (one === link) this.#links.delete(one);
  }

  /** Runs `deliver` in the process `to`, some latency from now, unless the message is lost. */
  send(from: SimProcess, to: SimProcess, deliver: () => void): void {
    if (this.#lost()) return;
    this.scheduler.after(this.options.latencyMs(), () => {
      if (this.#cuts.has(`${from.name}>${to.name}`)) return;
      this.#delivered += 1;
      to.run(deliver);
    });
  }

  /** True when nothing passes from one process to the other now. */
  isCut(from: SimProcess, to: SimProcess): boolean {
    return this.#cuts.has(`${from.name}>${to.name}`);
  }

  #lost(): boolean {
    const loss = this.options.loss();
    return loss > 0 && this.random.nextFloat() < loss;
  }

  #breakLinksTo(listener: Listener): void {
    for (const link of this.#links) link.resetBy(listener);
  }

  #listenerAt(key: string): Listener | undefined {
    const listener = this.#listeners.get(key);
    return listener?.process.alive() === true ? listener : undefined;
  }
}

function keyOf(address: PeerAddress): string {
  return `${address.host}:${address.port}`;
}
