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
  readonly #ring: Ring | undefined;
  readonly #copies: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Of a namespace that this map does not know. */
  readonly #usualCopies: Readonly<Record<string, number>>;
  readonly #placements = new Map<string, Placement>();

  constructor(view: DescribeView) {
    this.epoch = view.epoch;
    const serving = view.nodes.filter((node) => node.membership !== 'removed');
    this.nodes = serving.map(routed);
    this.#byId = new Map(this.nodes.map((node) => [node.nodeId, node]));
    const owners = serving.filter((node) => node.tokens.length > 0);
    this.#copies = new Map(view.namespaces.map(({ name, copies }) => [name, copies]));
    this.#usualCopies = Object.fromEntries(owners.map((node) => [node.dc, view.replicationFactor]));
    if (owners.length > 0) this.#ring = Ring.of(owners);
  }

  /** The replicas of a key in preference order; empty when nobody owns anything yet. */
  replicasOf(key: Uint8Array, namespace: string): readonly RoutedNode[] {
    const placement = this.#placementOf(namespace);
    if (placement === undefined) return [];
    return placement.replicaSetOf(tokenOf(key)).flatMap((id) => this.#byId.get(id) ?? []);
  }

  #placementOf(namespace: string): Placement | undefined {
    if (this.#ring === undefined) return undefined;
    const copies = this.#copies.get(namespace);
    // Names that nobody knows share one placement: there is no end to them.
    const name = copies === undefined ? '' : namespace;
    let placement = this.#placements.get(name);
    if (placement === undefined) {
      placement = Placement.of(this.#ring, copies ?? this.#usualCopies);
      this.#placements.set(name, placement);
    }
    return placement;
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
