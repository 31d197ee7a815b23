import { formatAddresses } from '../../node/core/membership/address-fact.js';
import { WIRE_VERSION, type Hello } from '../../node/core/messages.js';
import type {
  ClusterMetadata,
  Member,
  NodeAddresses,
} from '../../node/core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../../node/core/settings.js';

const BOOT = 12;
const VOTERS = 5;

/** Node id of the node of this number. */
export function idOf(node: number): string {
  return node.toString(16).padStart(16, '0');
}

/** Where a node is; its host is its own. */
export function addressesOf(node: number): NodeAddresses {
  const host = `10.${node >>> 16}.${(node >>> 8) & 255}.${node & 255}`;
  return { host, clientPort: 7400, peerPort: 8400, httpPort: 9400 };
}

/** The facts that a node states at its start, besides its epoch. */
export function factsOf(node: number): readonly (readonly [name: string, value: string])[] {
  return [
    ['address', formatAddresses(addressesOf(node))],
    ['release', '0.1.0'],
  ];
}

export function helloOf(node: number): Hello {
  return {
    clusterId: 'c0ffee00c0ffee00',
    nodeId: idOf(node),
    name: `n${node}`,
    boot: BOOT,
    nonce: idOf(node).replace('00', 'ff'),
    sequence: 0,
    wireMin: WIRE_VERSION.min,
    wireMax: WIRE_VERSION.max,
    format: 1,
  };
}

/** A cluster of so many nodes, at its first epoch. */
export function metadataOf(nodes: number): ClusterMetadata {
  const members = Array.from({ length: nodes }, (_, node) => memberOf(node));
  return {
    epoch: 1,
    clusterId: 'c0ffee00c0ffee00',
    clusterName: 'gossip',
    minFormat: 1,
    members,
    voters: members.slice(0, VOTERS).map((member) => member.nodeId),
    opened: true,
    settings: DEFAULT_SETTINGS,
    namespaces: [],
    placementEpoch: 1,
  };
}

function memberOf(node: number): Member {
  const addresses = addressesOf(node);
  return {
    nodeId: idOf(node),
    name: `n${node}`,
    host: addresses.host,
    rack: 'r1',
    dc: 'dc1',
    addresses,
    release: '0.1.0',
    state: 'normal',
    tokens: [],
    joinedEpoch: 1,
  };
}
