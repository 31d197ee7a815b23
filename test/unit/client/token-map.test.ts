import { describe, expect, it } from 'vitest';
import { TokenMap } from '../../../src/client/token-map.js';
import type { DescribedNode, DescribeView } from '../../../src/node/core/views/describe-views.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { DESCRIBE } from '../../integration/example-views.js';

function node(n: number, dc = 'dc1'): DescribedNode {
  return {
    ...DESCRIBE.nodes[0]!,
    nodeId: `id${n}`,
    name: `n${n}`,
    host: `h${n}`,
    membership: 'normal',
    dc,
    tokens: [4096 * n, 4096 * (1000 + n)],
  };
}

const view: DescribeView = {
  ...DESCRIBE,
  replicationFactor: 3,
  nodes: [node(1), node(2), node(3), node(4), node(5, 'dc2')],
  namespaces: [
    { name: 'default', copies: { dc1: 3, dc2: 1 } },
    { name: 'orders', copies: { dc1: 1, dc2: 0 } },
  ],
};

function count(map: TokenMap, namespace: string): number {
  return map.replicasOf(utf8Encode('k'), namespace).length;
}

describe("a client's copy of the ring", () => {
  it('knows the replicas of each namespace', () => {
    const map = new TokenMap(view);
    expect(count(map, 'default')).toBe(4);
    expect(count(map, 'orders')).toBe(1);
  });

  it('takes the default replication for a namespace that it does not know, as of a node that tells none', () => {
    expect(count(new TokenMap(view), 'new')).toBe(4);
    expect(count(new TokenMap({ ...view, namespaces: [] }), 'default')).toBe(4);
  });

  it('has no replicas while nobody owns anything', () => {
    const nodes = view.nodes.map((one) => ({ ...one, tokens: [] }));
    expect(count(new TokenMap({ ...view, nodes }), 'default')).toBe(0);
  });
});
