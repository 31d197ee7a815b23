import type { Random } from '../../node/env/random.js';
import { Prng } from '../../stdx/prng.js';
import type { SimCluster } from '../sim-cluster.js';
import type { SimProcess } from '../sim-process.js';
import type { ClockWatch } from '../workload/clock-watch.js';
import type { Chronicle } from './chronicle.js';
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

/** A stream of chance of its own for one part of a world, so that one part may change without moving the others. */
export function chanceOf(seed: number, part: string): Random {
  const prng = Prng.named(`${seed} ${part}`);
  return {
    nextU32: () => prng.nextU32(),
    nextFloat: () => prng.nextFloat(),
    bytes: (length) => Uint8Array.from({ length }, () => prng.nextU32() >>> 24),
  };
}
