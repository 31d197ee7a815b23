import { assert } from '../../stdx/assert.js';
import { HashGrid } from './grid/hash-grid.js';
import { Store, type StoreParts } from './store.js';

/** The records of a node, and the hashes by which they are compared. */
export interface OpenedStore {
  readonly store: Store;
  readonly grid: HashGrid;
}

/** Opens a shard together with its hash grid; the grid must be stopped before the store is closed. @throws as `Store.open` */
export async function openStore(parts: Omit<StoreParts, 'derivations'>): Promise<OpenedStore> {
  const { env } = parts;
  const log = env.log.child('grid');
  const opened: HashGrid[] = [];
  const store = await Store.open({
    ...parts,
    derivations: async (storage, last) => {
      const grid = await HashGrid.open({ env: { ...env, log }, storage }, last);
      opened.push(grid);
      return opened;
    },
  });
  const [grid] = opened;
  assert(grid !== undefined, 'it was opened with the store');
  grid.start(store);
  return { store, grid };
}
