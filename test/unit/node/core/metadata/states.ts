import type {
  ClusterMetadata,
  MetadataChange,
  MetadataEntry,
  NodeDescriptor,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { applyEntry } from '../../../../../src/node/core/metadata/transformations.js';
import { DEFAULT_SETTINGS } from '../../../../../src/node/core/settings.js';

/** The id of node `n`. */
export function idOf(n: number): string {
  return n.toString(16).padStart(16, '0');
}

/** Node `n` as it describes itself. */
export function nodeOf(n: number, place: Partial<NodeDescriptor> = {}): NodeDescriptor {
  return {
    nodeId: idOf(n),
    name: `n${n}`,
    host: `h${n}`,
    rack: 'r1',
    dc: 'dc1',
    addresses: { host: '10.0.0.1', clientPort: 7400 + n, peerPort: 8400 + n, httpPort: 9400 + n },
    release: '0.1.0',
    ...place,
  };
}

/** The entry that follows a state; its id is made of its epoch. */
export function nextEntry(
  state: ClusterMetadata | undefined,
  change: MetadataChange,
): MetadataEntry {
  const epoch = (state?.epoch ?? 0) + 1;
  return { epoch, id: `e${epoch.toString(16).padStart(15, '0')}`, change };
}

/** The state after one more change. */
export function after(state: ClusterMetadata | undefined, change: MetadataChange): ClusterMetadata {
  return applyEntry(state, nextEntry(state, change));
}

export function initOf(member: NodeDescriptor, tokens: readonly number[] = [4096]): MetadataChange {
  return {
    kind: 'init',
    clusterId: 'c'.repeat(16),
    clusterName: 'test',
    settings: DEFAULT_SETTINGS,
    member,
    tokens,
  };
}

export function joinOf(member: NodeDescriptor): MetadataChange {
  return { kind: 'join', member, tokens: [4096 * (1 + Number.parseInt(member.nodeId, 16))] };
}

/** The state of a cluster that these nodes have joined, in this order. */
export function clusterOf(nodes: readonly NodeDescriptor[]): ClusterMetadata {
  const [first, ...others] = nodes;
  if (first === undefined) throw new Error('a cluster has a node');
  return others.reduce(
    (state, node) => after(state, joinOf(node)),
    after(undefined, initOf(first)),
  );
}

/** A cluster of n1 to n`count`. */
export function clusterOfSize(count: number): ClusterMetadata {
  return clusterOf(Array.from({ length: count }, (_, i) => nodeOf(i + 1)));
}
