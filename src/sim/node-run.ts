import type { KvNode } from '../node/node.js';
import { assert } from '../stdx/assert.js';
import type { MetricsRecorder } from './recorders.js';
import type { SimMachine } from './sim-machine.js';
import type { SimProcess } from './sim-process.js';

export interface NodeRunParts {
  readonly machine: SimMachine;
  readonly process: SimProcess;
  readonly metrics: MetricsRecorder;
}

/** One run of a node on its machine: it starts, may come up, and ends, by itself or by a fault. */
export class NodeRun {
  readonly machine: SimMachine;
  readonly process: SimProcess;
  readonly metrics: MetricsRecorder;
  #node: KvNode | undefined;
  #error: Error | undefined;
  #listeners: (() => void)[] = [];

  constructor({ machine, process, metrics }: NodeRunParts) {
    this.machine = machine;
    this.process = process;
    this.metrics = metrics;
  }

  /** The node, once it is up. */
  get node(): KvNode {
    assert(this.#node !== undefined, `${this.machine.name} is not up`);
    return this.#node;
  }

  isUp(): boolean {
    return this.#node !== undefined && this.process.alive();
  }

  /** Why it ended itself, or did not start, when that is so. */
  ended(): Error | undefined {
    return this.#error;
  }

  /** Resolves when it serves. @throws the error with which it did not start, or ended itself */
  up(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (this.#error !== undefined) reject(this.#error);
        else if (this.#node !== undefined) resolve();
        else this.#listeners.push(settle);
      };
      settle();
    });
  }

  /** It serves. */
  cameUp(node: KvNode): void {
    this.#node = node;
    this.#tell();
  }

  /** It ended itself. */
  failed(error: Error): void {
    this.#error ??= error;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
