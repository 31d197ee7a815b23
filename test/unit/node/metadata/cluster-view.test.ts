import { describe, expect, it } from 'vitest';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { after, clusterOf, clusterOfSize, idOf, nodeOf } from '../core/metadata/states.js';

describe('the view of an epoch', () => {
  it('places copies on the members that have tokens, as many as there are nodes for', () => {
    const view = clusterViewOf(clusterOfSize(2));
    const { metadata } = view;
    expect([...view.placementOf(metadata.namespaces[0]!).replicaSetOf(0)].sort()).toEqual([
      idOf(1),
      idOf(2),
    ]);
    const five = clusterViewOf(clusterOfSize(5));
    expect(five.placementOf(metadata.namespaces[0]!).replicaSetOf(0)).toHaveLength(3);
  });

  it('gives a joining or a removed member no place', () => {
    const removed = after(clusterOfSize(3), { kind: 'remove', nodeId: idOf(3) });
    const members = removed.members.map((member) =>
      member.nodeId === idOf(2) ? { ...member, state: 'joining' as const } : member,
    );
    const { ring } = clusterViewOf({ ...removed, members });
    expect(ring.members.map((member) => member.nodeId)).toEqual([idOf(1)]);
  });

  it('keeps copies in each data centre that a namespace names', () => {
    const nodes = ['x', 'x', 'y', 'y'].map((dc, i) => nodeOf(i + 1, { dc }));
    const view = clusterViewOf(clusterOf(nodes));
    const base = view.metadata.namespaces[0]!;
    expect(view.placementOf(base).replicaSetOf(0)).toHaveLength(4);
    const one = view.placementOf({ ...base, replication: { x: 1 } }).replicaSetOf(0);
    expect([idOf(1), idOf(2)]).toContain(one[0]);
    expect(one).toHaveLength(1);
  });

  it('builds a placement once, and keeps ring and placements over epochs that move nothing', () => {
    const first = clusterViewOf(clusterOfSize(3));
    const namespace = first.metadata.namespaces[0]!;
    const placement = first.placementOf(namespace);
    expect(first.placementOf(namespace)).toBe(placement);
    const opened = clusterViewOf(after(first.metadata, { kind: 'open' }), first);
    expect(opened.ring).toBe(first.ring);
    expect(opened.placementOf(namespace)).toBe(placement);
    const fewer = clusterViewOf(
      after(opened.metadata, { kind: 'remove', nodeId: idOf(3) }),
      opened,
    );
    expect(fewer.ring).not.toBe(first.ring);
    expect(fewer.placementOf(namespace).replicaSetOf(0)).toHaveLength(2);
  });

  it('is frozen to its leaves', () => {
    const view = clusterViewOf(clusterOfSize(2));
    for (const part of [view, view.metadata, view.metadata.members[0]!.addresses])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(view.metadata.members[1]!.tokens)).toBe(true);
  });
});
