import { DATA_KEYS, decodeDataKey } from '../../core/version/data-key.js';
import { takeEntries, type BackgroundStore } from '../background-store.js';
import { dataBound } from '../data-range.js';

/** The namespaces of which the store holds records, ascending: a look at the disk for each. @throws KvError when the store fails */
export async function namespacesOnDisk(
  store: Pick<BackgroundStore, 'scan'>,
): Promise<readonly number[]> {
  const found: number[] = [];
  let gte: Uint8Array = DATA_KEYS.gte;
  for (;;) {
    const [entry] = await takeEntries(store, { ...DATA_KEYS, gte, limit: 1 });
    if (entry === undefined) return found;
    const { namespace } = decodeDataKey(entry.key);
    found.push(namespace);
    gte = dataBound(namespace + 1, 0);
  }
}
