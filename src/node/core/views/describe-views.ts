import type { MembershipState } from '../metadata/cluster-metadata.js';
import type { LivenessState } from './node-views.js';

/** What `Describe` tells anybody who may connect: enough to join, and to route. */
export interface DescribeView {
  readonly clusterId: string;
  readonly cluster: string;
  readonly nodeId: string;
  readonly name: string;
  readonly release: string;
  readonly epoch: number;
  readonly opened: boolean;
  readonly replicationFactor: number;
  readonly valueBytesMax: number;
  readonly nodes: readonly DescribedNode[];
  readonly namespaces: readonly DescribedNamespace[];
}

/** A namespace as a routing client needs it. */
interface DescribedNamespace {
  readonly name: string;
  /** Copies of each key in each data centre, by the nodes that there are. */
  readonly copies: Readonly<Record<string, number>>;
}

/** A member as a routing client or a joining node needs it. */
export interface DescribedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly membership: MembershipState;
  readonly liveness: LivenessState;
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
  readonly addressHost: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly httpPort: number;
  readonly tokens: readonly number[];
  /** Of a node that is to join, or to hand vnodes on or get some: those that it is going to own. */
  readonly plannedTokens: readonly number[];
}
