import { KvError, refusesIdentity } from '../../node/core/errors.js';
import type { NodeIntent } from '../../node/open-directory.js';
import type { NodeRun } from '../node-run.js';
import type { Scheduler } from '../scheduler.js';
import type { SimCluster } from '../sim-cluster.js';

/** How long a service manager waits before it starts a node again that ended itself. */
const RESTART_MS = 2_000;

/** What keeps the nodes of a simulated cluster running, as a service manager does; a fault may hold a node down for a while. */
export class Supervisor {
  readonly #cluster: SimCluster;
  readonly #scheduler: Scheduler;
  readonly #holds = new Map<string, number>();
  /** How those that joined later are started. */
  readonly #intents = new Map<string, NodeIntent>();
  #starts = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#scheduler = cluster.scheduler;
  }

  /** Starts made so far. */
  starts(): number {
    return this.#starts;
  }

  /** From now on it is kept running too, and started in this way. */
  adopt(name: string, intent: NodeIntent): void {
    this.#intents.set(name, intent);
  }

  isAdopted(name: string): boolean {
    return this.#intents.has(name);
  }

  /** Keeps a node down once it ends; as often as it is held it must be released. */
  hold(name: string): void {
    this.#holds.set(name, (this.#holds.get(name) ?? 0) + 1);
  }

  /** Ends one hold; the last one starts the node, when it does not run. */
  release(name: string): void {
    const holds = (this.#holds.get(name) ?? 0) - 1;
    if (holds > 0) this.#holds.set(name, holds);
    else this.#holds.delete(name);
    this.ensure(name);
  }

  isHeld(name: string): boolean {
    return this.#holds.has(name);
  }

  /** Starts a node that should run and does not. */
  ensure(name: string): void {
    if (this.isHeld(name) || this.#cluster.find(name) !== undefined) return;
    this.#starts += 1;
    this.#cluster.launch(name, this.#intents.get(name));
  }

  /** A node ended itself: it is started again, unless it said that it must not be. */
  failed(run: NodeRun, error: Error): void {
    if (error instanceof KvError && refusesIdentity(error.code)) return;
    this.#scheduler.after(RESTART_MS, () => {
      this.ensure(run.machine.name);
    });
  }
}
