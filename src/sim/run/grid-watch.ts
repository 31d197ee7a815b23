import { KvError } from '../../node/core/errors.js';
import type { GridVerdict } from '../../node/store/grid/grid-verifier.js';
import type { NodeRun } from '../node-run.js';
import type { Findings } from './findings.js';
import type { World } from './world.js';

/** Once all faults are over, every page of a grid is known, and has been compared, within this time. */
const KNOWN_MS = 60_000;

/**
 * Compares the hash grid of a node with its records, read from its disk while it works: after every start, so that what a crash left was
 * recovered exactly, and at the end. Leaves with rot are excused: what the records say there, nobody can read.
 */
export class GridWatch {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A node has started; it may be gone before the comparison ends, and that is no finding. */
  follow(run: NodeRun): void {
    void this.#compare(run, 'after its start');
  }

  /** At the end, of all nodes. */
  async judge({ cluster }: World): Promise<void> {
    const complete = (): boolean => cluster.running().every(({ node }) => node.grid.isComplete());
    if (!(await cluster.scheduler.reached(complete, KNOWN_MS)))
      this.#findings.add('grid-differs', `a grid is not complete after ${KNOWN_MS} ms of peace`);
    for (const run of cluster.running())
      await cluster.scheduler.settle(this.#compare(run, 'at the end'), KNOWN_MS);
  }

  async #compare(run: NodeRun, when: string): Promise<void> {
    try {
      this.#judge(run, await run.node.grid.verify(), when);
    } catch (error) {
      // The store failed or was closed: nothing can be compared any more.
      if (!(error instanceof KvError)) this.#findings.add('assertion', String(error));
    }
  }

  #judge({ machine }: NodeRun, verdict: GridVerdict, when: string): void {
    if (verdict.differingCount === 0) return;
    const leaves = verdict.differing.map(({ namespace, leaf }) => `${namespace}/${leaf}`);
    const message = `${when} ${verdict.differingCount} leaves of ${machine.name} differ from its records: ${leaves.slice(0, 5).join(', ')}`;
    this.#findings.add('grid-differs', message);
  }
}
