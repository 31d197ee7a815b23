import type { RingAnswers } from '../../../src/cli/ring/ring-picture.js';
import { growingRing } from '../../../src/node/core/ring/ring-growth.js';
import { allocateTokens } from '../../../src/node/core/ring/token-allocation.js';
import type { DescribedNode } from '../../../src/node/core/views/describe-views.js';
import type { PlannedChangeView, PlanView } from '../../../src/node/core/views/topology-views.js';
import { assert } from '../../../src/stdx/assert.js';
import { Prng } from '../../../src/stdx/prng.js';
import { DESCRIBE } from '../../integration/example-views.js';
import { NAMESPACES } from '../../integration/example-namespaces.js';
import { exampleStatus } from './example-views.js';

const VNODES = 8;
const EPOCH = 42;
const NOTHING = { node: '', replaces: '', namespace: '', replication: {} } as const;

export const JOIN: PlannedChangeView = { ...NOTHING, kind: 'join', node: 'n6', text: 'n6 joins' };
export const LEAVE: PlannedChangeView = {
  ...NOTHING,
  kind: 'leave',
  node: 'n5',
  text: 'n5 leaves',
};
export const REPLACE: PlannedChangeView = {
  ...{ ...NOTHING, kind: 'replace', node: 'n6', replaces: 'n4' },
  text: 'n6 replaces n4',
};
export const FEWER: PlannedChangeView = {
  ...{ ...NOTHING, kind: 'replication', namespace: 'orders', replication: { dc1: 1 } },
  text: 'namespace orders has dc1=1 copies',
};

/** The example cluster: n1 to n5 in racks a b c a b with eight tokens each, n4 down; n6 in rack c owns nothing yet. */
function described(): readonly DescribedNode[] {
  const prng = Prng.named('example ring');
  const random = (): number => prng.nextFloat();
  const places = exampleStatus.nodes.map(({ name, rack, dc }) => ({ host: `h-${name}`, rack, dc }));
  const grown = [
    ...growingRing({
      places,
      tokensEach: VNODES,
      replication: { dc1: 3 },
      random,
      allocate: allocateTokens,
    }),
  ];
  const ring = grown.at(-1);
  assert(ring !== undefined, 'nodes were added');
  return exampleStatus.nodes.map((node, i): DescribedNode => {
    const { tokens } = ring.members[i]!;
    const isNew = node.name === 'n6';
    return {
      ...DESCRIBE.nodes[0]!,
      ...places[i]!,
      ...{ nodeId: node.nodeId, name: node.name },
      ...{ membership: node.membership, liveness: node.liveness },
      tokens: isNew ? [] : tokens,
      plannedTokens: isNew ? tokens : [],
    };
  });
}

const nodes = described();

/** What a node answers while nothing is planned. */
export const ringAnswers: RingAnswers = {
  described: { ...DESCRIBE, epoch: EPOCH, nodes },
  namespaces: {
    ...{ viewedFrom: 'n1', cluster: 'orders-prod', epoch: EPOCH },
    namespaces: [
      { ...NAMESPACES.namespaces[0]!, id: 1, name: 'default', replication: undefined },
      { ...NAMESPACES.namespaces[0]!, id: 9, name: 'orders', replication: { dc1: 2 } },
    ],
  },
  status: {
    ...exampleStatus,
    ring: { ...exampleStatus.ring, epoch: EPOCH },
    staged: [],
    plan: undefined,
  },
};

/** The same with changes that wait. */
export function stagedAnswers(...staged: readonly PlannedChangeView[]): RingAnswers {
  return { ...ringAnswers, status: { ...ringAnswers.status, staged } };
}

/** The same with changes that are made. */
export function plannedAnswers(...changes: readonly PlannedChangeView[]): RingAnswers {
  const plan: PlanView = {
    ...{ id: 43, step: 'write-both', paused: false, changes },
    ...{ waitsFor: '', driver: 'n1', pausedFor: '', stalledMs: 0 },
  };
  return { ...ringAnswers, status: { ...ringAnswers.status, plan } };
}
