import { describe, expect, it } from 'vitest';
import { leavesIn } from '../../../../../src/node/core/grid/leaf-runs.js';
import { LEAF_COUNT } from '../../../../../src/node/core/grid/leaf.js';
import {
  driverOf,
  repairGroups,
  type RepairGroup,
} from '../../../../../src/node/core/repair/repair-groups.js';
import { clusterViewOf } from '../../../../../src/node/metadata/cluster-view.js';
import { clusterOfSize, idOf } from '../metadata/states.js';

function groupsOf(node: number, nodes: number): readonly RepairGroup[] {
  const view = clusterViewOf(clusterOfSize(nodes));
  return view.metadata.namespaces.flatMap((namespace) =>
    repairGroups(
      { ring: view.ring, placement: view.placementOf(namespace), namespace: namespace.id },
      { owner: idOf(node) },
    ),
  );
}

describe('groups of ranges', () => {
  it('are all slots that a node owns, each once, by their owners', () => {
    const nodes = 5;
    const all = Array.from({ length: nodes }, (_, i) => groupsOf(i + 1, nodes)).flat();
    const slots = all.reduce((sum, { runs }) => sum + leavesIn(runs), 0);
    expect(slots).toBe(3 * LEAF_COUNT);
    for (const { owners } of all) expect(owners).toEqual([...new Set(owners)].sort());
  });

  it('are the same for all of their owners', () => {
    const nodes = 5;
    const texts = new Map<string, number>();
    for (let node = 1; node <= nodes; node++)
      for (const group of groupsOf(node, nodes)) {
        const text = JSON.stringify(group);
        texts.set(text, (texts.get(text) ?? 0) + 1);
      }
    expect([...new Set(texts.values())]).toEqual([3]);
  });
});

describe('the driver of a group', () => {
  it('is one that all agree on, and is alive; nobody when nobody is', () => {
    for (const group of groupsOf(1, 5)) {
      const driver = driverOf(group, () => true);
      expect(group.owners).toContain(driver);
      const other = driverOf(group, (nodeId) => nodeId !== driver);
      expect(group.owners).toContain(other);
      expect(other).not.toBe(driver);
      expect(driverOf(group, () => false)).toBeUndefined();
    }
  });

  it('is another one for another group: the work is shared', () => {
    const drivers = new Set(groupsOf(1, 5).map((group) => driverOf(group, () => true)));
    expect(drivers.size).toBeGreaterThan(1);
  });
});
