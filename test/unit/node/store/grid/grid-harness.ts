import { itemHash } from '../../../../../src/node/core/grid/item-hash.js';
import { hashAt } from '../../../../../src/node/core/grid/leaf-hashes.js';
import { LEAF_COUNT, leafOf } from '../../../../../src/node/core/grid/leaf.js';
import { DATA_KEYS, decodeDataKey } from '../../../../../src/node/core/version/data-key.js';
import { decodeRecord } from '../../../../../src/node/core/version/record-codec.js';
import { HashGrid } from '../../../../../src/node/store/grid/hash-grid.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { assert } from '../../../../../src/stdx/assert.js';
import type { Hash64 } from '../../../../../src/stdx/hash64.js';
import { StoreUnderTest } from '../store-harness.js';

/** The whole ring. */
export const ALL = [{ from: 0, to: LEAF_COUNT }];

/** A store that keeps its hash grid. */
export class GridUnderTest extends StoreUnderTest {
  grid!: HashGrid;
  /** Room for few pages, so that most of them come and go. */
  cacheBytes: number | undefined;

  static override async open(cacheBytes?: number): Promise<GridUnderTest> {
    const under = new GridUnderTest();
    under.cacheBytes = cacheBytes;
    await under.reopen();
    return under;
  }

  /** A store that has records and never kept a grid, until now. */
  static async openOn(before: StoreUnderTest, cacheBytes?: number): Promise<GridUnderTest> {
    await before.store.close();
    const under = new GridUnderTest();
    under.cacheBytes = cacheBytes;
    under.disk = before.disk;
    under.gate = before.gate;
    await under.reopen();
    return under;
  }

  override async reopen(): Promise<GridUnderTest['store']> {
    const { clock, metrics, log, unlikely, cacheBytes } = this;
    const env = { clock, metrics, log: log.logger('grid'), buggify: unlikely.buggify };
    this.openDerivations = async (storage, last) => {
      this.grid = await HashGrid.open({ env, storage, cacheBytes }, last);
      return [this.grid];
    };
    const store = await super.reopen();
    this.grid.start(store);
    return store;
  }

  /** Lets the grid compute what it does not know. */
  async complete(): Promise<void> {
    await this.scheduler.until(() => this.grid.isComplete(), 60_000);
  }

  /** The hash of a leaf, by its token. */
  async leafOf(token: number, namespace = 1): Promise<Hash64 | undefined> {
    const leaf = leafOf(token);
    const leaves = await this.grid.leaves(namespace, [{ from: leaf, to: leaf + 1 }]);
    return leaves && hashAt(leaves, 0);
  }

  /** The leaves that have records, by a plain look at the disk: each with the hash of what can be read. */
  naive(): Map<string, bigint> {
    const leaves = new Map<string, bigint>();
    for (const key of this.disk.keys(SHARD_FOLDER, DATA_KEYS)) {
      const value = this.disk.valueOf(SHARD_FOLDER, key);
      assert(value !== undefined, 'it was just listed');
      const record = decodeRecord(key, value);
      if (typeof record === 'string') continue;
      const { namespace, token } = decodeDataKey(key);
      const name = `${namespace} ${leafOf(token)}`;
      leaves.set(name, (leaves.get(name) ?? 0n) ^ wide(itemHash(key, record)));
    }
    return leaves;
  }

  /** The leaves of some tokens, as far as they have records, by the grid; undefined when it does not know them all. */
  async held(
    namespace: number,
    tokens: readonly number[],
  ): Promise<Map<string, bigint> | undefined> {
    const held = new Map<string, bigint>();
    for (const token of tokens) {
      const hash = await this.leafOf(token, namespace);
      if (hash === undefined) return undefined;
      if (wide(hash) !== 0n) held.set(`${namespace} ${leafOf(token)}`, wide(hash));
    }
    return held;
  }
}

function wide({ hi, lo }: Hash64): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}
