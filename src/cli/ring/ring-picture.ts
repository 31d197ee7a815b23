import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import type { LayoutMember, RingLayout } from '../../node/core/ring/ring-layout.js';
import { stateAfter } from '../../node/core/topology/planned-state.js';
import type { PlannedChange } from '../../node/core/topology/topology-plan.js';
import type { DescribedNode, DescribeView } from '../../node/core/views/describe-views.js';
import type { NamespacesView } from '../../node/core/views/namespace-views.js';
import type { ShownState } from '../../node/core/views/node-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import type { PlannedChangeView, PlanView } from '../../node/core/views/topology-views.js';
import type { Warning } from '../envelope.js';

/** What one node answered, at one epoch. */
export interface RingAnswers {
  readonly described: DescribeView;
  readonly namespaces: NamespacesView;
  readonly status: StatusView;
}

/** What is staged, or the plan that runs, and who owns what once it is done. */
interface PendingRing {
  /** Undefined while it is only staged. */
  readonly plan: PlanView | undefined;
  readonly changes: readonly PlannedChangeView[];
  readonly layout: RingLayout;
}

/** Who owns what, and is going to: enough to compute every question about the ring without asking again. */
export interface RingPicture {
  readonly cluster: string;
  readonly viewedFrom: string;
  readonly atMs: number;
  readonly epoch: number;
  readonly now: RingLayout;
  readonly pending: PendingRing | undefined;
  /** Of a member that was not removed: what it is to become counts for more than whether it is up. */
  readonly stateOf: (nodeId: NodeId) => ShownState;
  /** Undefined when it did not say. */
  readonly loadOf: (nodeId: NodeId) => number | undefined;
  readonly warnings: readonly Warning[];
  /** So fast is a node that gains ranges given records, at most. */
  readonly streamBytesPerSecond: number;
}

/** The picture that answers of one epoch make. */
export function ringPicture({ described, namespaces, status }: RingAnswers): RingPicture {
  const now: RingLayout = {
    members: described.nodes.map(memberOf),
    namespaces: namespaces.namespaces.map(({ id, name, replication }) => {
      return { id, name, replication };
    }),
    settings: { defaultReplicationFactor: described.replicationFactor },
  };
  const { plan, staged } = status;
  const changes = plan?.changes ?? staged;
  const planned = changes.map((change) => plannedChange(change, described, now));
  const isTold = planned.every((change) => change.kind !== 'join' || change.tokens.length > 0);
  const layout = stateAfter(now, planned);
  const nodes = new Map(status.nodes.map((node) => [node.nodeId, node]));
  return {
    ...{ cluster: status.cluster, viewedFrom: status.viewedFrom, atMs: status.atMs },
    epoch: described.epoch,
    now,
    streamBytesPerSecond: status.streamBytesPerSecond,
    pending: changes.length > 0 && isTold ? { plan, changes, layout } : undefined,
    stateOf: (nodeId) => nodes.get(nodeId)?.state ?? 'removed',
    loadOf: (nodeId) => nodes.get(nodeId)?.report?.loadBytes,
    warnings: isTold ? [] : [untold(status.viewedFrom)],
  };
}

function memberOf({
  nodeId,
  name,
  membership,
  tokens,
  host,
  rack,
  dc,
}: DescribedNode): LayoutMember {
  return { nodeId, name, state: membership, tokens, host, rack, dc };
}

/** The change as the metadata have it; those that are told name nodes and namespaces that are there. */
function plannedChange(
  change: PlannedChangeView,
  { nodes }: DescribeView,
  { namespaces }: RingLayout,
): PlannedChange {
  const named = (name: string): DescribedNode | undefined =>
    nodes.find((node) => node.name === name && node.membership !== 'removed');
  switch (change.kind) {
    case 'replication': {
      const { id = 0 } = namespaces.find(({ name }) => name === change.namespace) ?? {};
      return { kind: 'replication', namespace: id, replication: change.replication };
    }
    case 'rebalance': {
      const moves = nodes.flatMap(({ nodeId, tokens, plannedTokens }) =>
        plannedTokens
          .filter((token) => !tokens.includes(token))
          .map((token) => ({ token, to: nodeId })),
      );
      return { kind: 'rebalance', moves };
    }
    case 'leave':
    case 'remove': {
      const nodeId = named(change.node)?.nodeId ?? '';
      return { kind: 'leave', nodeId, isDead: change.kind === 'remove' };
    }
    case 'join':
    case 'replace': {
      const { nodeId = '', plannedTokens: tokens = [] } = named(change.node) ?? {};
      return { kind: 'join', nodeId, tokens, replaces: named(change.replaces)?.nodeId };
    }
  }
}

function untold(node: string): Warning {
  return {
    code: 'KV_MIXED_RELEASES',
    message: `${node} runs a release that does not tell the tokens of nodes that join: what is planned is not shown`,
  };
}
