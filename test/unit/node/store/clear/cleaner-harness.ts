import type { ClusterMetadata } from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { RING_SIZE, slotOf } from '../../../../../src/node/core/ring/token.js';
import { LeftoverCleaner } from '../../../../../src/node/store/clear/leftover-cleaner.js';
import type { Store } from '../../../../../src/node/store/store.js';
import { idOf } from '../../core/metadata/states.js';
import { ClearUnderTest } from './clear-harness.js';
import { fourNodes, ViewsUnderTest } from './views-under-test.js';

/** A token in each of the 16 parts of the ring of four nodes; node 1 owns none of the first, the fifth and so on. */
export const PARTS = Array.from({ length: 16 }, (_, i) => (i * RING_SIZE) / 16 + 5_000);
export const FOREIGN = PARTS.filter((_, i) => i % 4 === 0);
export const OWN = PARTS.filter((_, i) => i % 4 !== 0);

export const slotsOf = (tokens: readonly number[]): readonly number[] => tokens.map(slotOf);

/** The cleaner of node 1. */
export class CleanerUnderTest extends ClearUnderTest {
  views!: ViewsUnderTest;
  cleaner!: LeftoverCleaner;
  /** Looks at the disk. */
  scans = 0;

  /** It is one of four nodes, and does nothing yet. */
  static override async open(): Promise<CleanerUnderTest> {
    const under = new CleanerUnderTest();
    await under.reopen();
    under.enter(fourNodes());
    return under;
  }

  /** Another cleaner, in a cluster. */
  enter(metadata: ClusterMetadata | undefined, scan?: Store['scan']): void {
    const { store, clock, metrics, log } = this;
    this.views = new ViewsUnderTest(metadata);
    this.cleaner = new LeftoverCleaner({
      env: { clock, metrics, log: log.logger('clear') },
      ownId: idOf(1),
      store: {
        floors: store.floors,
        scan: (range) => {
          this.scans += 1;
          return scan === undefined ? store.scan(range) : scan(range);
        },
        read: store.read.bind(store),
        swap: store.swap.bind(store),
        writeSystem: store.writeSystem.bind(store),
      },
      metadata: this.views,
      forgetTimes: (namespace, runs) => this.times.forget(namespace, runs),
    });
  }

  async stop(): Promise<void> {
    await this.scheduler.settle(this.cleaner.stop(), 60_000);
  }

  async putAll(tokens: readonly number[] = PARTS, count = 1): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => i);
    for (const token of tokens)
      await Promise.all(names.map((i) => this.put({ token: token + i, name: `k${i}` })));
  }

  counted(name: 'records_total' | 'ranges'): number {
    return this.metrics.value(`kv_store_leftover_${name}`);
  }

  /** What was logged. */
  told(): string {
    return JSON.stringify(this.log.lines.map(({ level, message }) => [level, message]));
  }

  /** Whether the node is written to for a token of the default namespace. */
  isOwn(token: number): boolean {
    return this.views.now.ownersOf(this.views.namespace, token).write.includes(idOf(1));
  }
}
