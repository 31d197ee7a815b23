import type { Random } from '../../node/env/random.js';
import { Prng } from '../../stdx/prng.js';
import type { Fault } from '../faults/fault.js';
import type { SimCluster } from '../sim-cluster.js';
import type { SimProcess } from '../sim-process.js';
import type { ClockWatch } from '../workload/clock-watch.js';
import type { Supervisor } from './supervisor.js';

/** A simulated cluster with its clients, and what acts upon it. */
export interface World {
  readonly cluster: SimCluster;
  readonly supervisor: Supervisor;
  readonly clocks: ClockWatch;
  /** The processes of the clients, by name. */
  readonly clients: ReadonlyMap<string, SimProcess>;
  /** What happens to nodes; the story of a failure is told from it. */
  readonly chronicle: Chronicle;
}

/** One line of what happened. */
export interface ChronicleLine {
  readonly atMs: number;
  /** The machine concerned, or `all`. */
  readonly who: string;
  readonly what: string;
}

/** What was done to a world, and what it did, in order; bounded. */
export class Chronicle {
  readonly #lines: ChronicleLine[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(who: string, what: string): void {
    if (this.#lines.length < LINES) this.#lines.push({ atMs: this.#nowMs(), who, what });
  }

  lines(): readonly ChronicleLine[] {
    return this.#lines;
  }
}

const LINES = 20_000;

/** A stream of chance of its own for one part of a world, so that one part may change without moving the others. */
export function chanceOf(seed: number, part: string): Random {
  const prng = Prng.named(`${seed} ${part}`);
  return {
    nextU32: () => prng.nextU32(),
    nextFloat: () => prng.nextFloat(),
    bytes: (length) => Uint8Array.from({ length }, () => prng.nextU32() >>> 24),
  };
}

/** The machines that a fault is about; empty when it is about all. */
export function machinesOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case 'network':
      return [];
    case 'partition':
      return fault.sides.flat();
    case 'clog':
      return [...new Set(fault.links.flat())];
    case 'reset':
      return [fault.from, fault.to];
    case 'pause':
    case 'clock-jump':
    case 'clock-drift':
      return [fault.machine];
    case 'crash':
    case 'restart':
    case 'disk-slow':
    case 'disk-fail':
    case 'disk-full':
    case 'rot':
    case 'rollback':
    case 'clone':
      return [fault.node];
  }
}

/** How long a fault lasts, in ms; zero for one that is over at once. */
export function lengthOf(fault: Fault): number {
  return 'forMs' in fault ? fault.forMs : 0;
}
