import { decodeDataKey } from '../node/core/version/data-key.js';
import type { ClusterView } from '../node/services.js';
import type { SimCluster } from './sim-cluster.js';

/** The newest state of the cluster that any node which runs has applied. */
export function newestViewOf(cluster: SimCluster): ClusterView | undefined {
  let newest: ClusterView | undefined;
  for (const { node } of cluster.running()) {
    const view = node.metadata.current();
    if (view !== undefined && view.metadata.epoch > (newest?.metadata.epoch ?? 0)) newest = view;
  }
  return newest;
}

/** The names of the nodes that a write of this record goes to, as the newest state has it; undefined when there is none, or no such namespace. */
export function ownersOfData(
  cluster: SimCluster,
  dataKey: Uint8Array,
): readonly string[] | undefined {
  const view = newestViewOf(cluster);
  const { namespace: id, token } = decodeDataKey(dataKey);
  const namespace = view?.metadata.namespaces.find((one) => one.id === id);
  if (view === undefined || namespace === undefined) return undefined;
  const names = new Map(view.metadata.members.map(({ nodeId, name }) => [nodeId, name]));
  return view.ownersOf(namespace, token).write.map((nodeId) => names.get(nodeId) ?? nodeId);
}
