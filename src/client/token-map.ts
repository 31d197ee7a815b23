import { Placement } from '../node/core/ring/placement.js';
import { Ring } from '../node/core/ring/ring.js';
import { tokenOf } from '../node/core/ring/token.js';
import type { DescribedNode, DescribeView } from '../node/core/views/describe-views.js';
import type { Endpoint } from './transport.js';

/** One node as a client reaches it. */
export interface RoutedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  /** False when the described view has it down. */
  readonly alive: boolean;
}

/** A client's copy of the ring at one epoch: which nodes hold a key, and who else could coordinate. */
export class TokenMap {
  readonly epoch: number;
  readonly nodes: readonly RoutedNode[];
  readonly #byId: ReadonlyMap<string, RoutedNode>;
  readonly #placement: Placement | undefined;

  constructor(view: DescribeView) {
    this.epoch = view.epoch;
    const serving = view.nodes.filter((node) => node.membership !== 'removed');
    this.nodes = serving.map(routed);
    this.#byId = new Map(this.nodes.map((node) => [node.nodeId, node]));
    const owners = serving.filter((node) => node.tokens.length > 0);
    if (owners.length === 0) return;
    const replication = Object.fromEntries(owners.map((node) => [node.dc, view.replicationFactor]));
    this.#placement = Placement.of(Ring.of(owners), replication);
  }

  /** The replicas of a key in preference order; empty when nobody owns anything yet. */
  replicasOf(key: Uint8Array): readonly RoutedNode[] {
    if (this.#placement === undefined) return [];
    return this.#placement.replicaSetOf(tokenOf(key)).flatMap((id) => this.#byId.get(id) ?? []);
  }
}

function routed(node: DescribedNode): RoutedNode {
  return {
    nodeId: node.nodeId,
    name: node.name,
    endpoint: { host: node.addressHost, port: node.clientPort },
    alive: node.liveness !== 'down',
  };
}
