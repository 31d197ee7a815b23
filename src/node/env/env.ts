import type { Buggify } from './buggify.js';
import type { Clock } from './clock.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import type { ProcessFacts } from './process-facts.js';
import type { Random } from './random.js';
import type { Disk } from './storage.js';
import type { Transport } from './transport.js';

/** All that a node may ask of the world; a node is constructible from this alone. */
export interface NodeEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly transport: Transport;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly facts: ProcessFacts;
  /** Where the simulator may choose the unlikely branch; says no to all of it in production. */
  readonly buggify: Buggify;
  /**
   * Ends the process, or the simulated node, after a failure that forbids to go on (a removed identity, a clone).
   * Called at most once; the node has already stopped serving.
   */
  readonly fatal: (error: Error) => void;
}
