import { describe, expect, it } from 'vitest';
import type { MetadataChange } from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';
import type { ClusterView } from '../../../../../src/node/services.js';
import { leavesIn } from '../../../../../src/node/core/grid/leaf-runs.js';
import { LEAF_COUNT } from '../../../../../src/node/core/grid/leaf.js';
import {
  driverOf,
  repairGroups,
  type RepairGroup,
} from '../../../../../src/node/core/repair/repair-groups.js';
import { clusterViewOf } from '../../../../../src/node/metadata/cluster-view.js';
import { after, clusterOfSize, idOf, nodeOf } from '../metadata/states.js';

function groupsOf(node: number, nodes: number): readonly RepairGroup[] {
  const view = clusterViewOf(clusterOfSize(nodes));
  return view.metadata.namespaces.flatMap((namespace) =>
    repairGroups(view, namespace, { owner: idOf(node) }),
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

describe.each(['leaves', 'joins'] as const)('groups of ranges while a node %s', (what) => {
  const before = after(clusterOfSize(5), { kind: 'open' });
  const mover = what === 'leaves' ? idOf(5) : idOf(6);
  const staged: MetadataChange =
    what === 'leaves'
      ? { kind: 'stage-leave', nodeId: mover, isDead: false }
      : {
          kind: 'stage-join',
          member: nodeOf(6),
          // Both cut the range that goes over the end of the ring.
          tokens: [0, 4096 * 500_000],
          replaces: undefined,
        };

  /** The view when the plan has come so far. */
  function viewIn(to: 'prepare' | 'write-both' | 'read-new' | 'done'): ClusterView {
    const plan = before.epoch + 2;
    const steps = ['write-both', 'read-new', 'done'] as const;
    const changes: MetadataChange[] = [
      staged,
      { kind: 'begin-plan' },
      ...steps
        .slice(0, to === 'prepare' ? 0 : steps.indexOf(to) + 1)
        .map((step) => ({ kind: 'step-plan', plan, to: step }) as const),
    ];
    return clusterViewOf(changes.reduce((state, change) => after(state, change), before));
  }

  function allIn(view: ClusterView): readonly RepairGroup[] {
    return view.metadata.namespaces.flatMap((namespace) => repairGroups(view, namespace, {}));
  }

  it('are the same as without one while it is only prepared', () => {
    const usual = JSON.stringify(allIn(clusterViewOf(before)));
    expect(JSON.stringify(allIn(viewIn('prepare')))).toBe(usual);
    expect(usual).not.toContain('isMoving');
  });

  it.each(['write-both', 'read-new'] as const)(
    'are all slots of the ring, each with all that are given its writes, in the step %s',
    (step) => {
      const view = viewIn(step);
      const [namespace] = view.metadata.namespaces;
      if (namespace === undefined) throw new Error('there is one');
      const groups = allIn(view);
      expect(groups.reduce((sum, { runs }) => sum + leavesIn(runs), 0)).toBe(LEAF_COUNT);
      for (const { owners, runs, isMoving = false } of groups)
        for (const { from, to } of runs)
          for (const slot of [from, to - 1]) {
            const held = view.ownersOf(namespace, slot * SLOT_SIZE);
            expect(owners).toEqual(held.write.toSorted());
            expect(isMoving).toBe(held.old !== held.next);
          }
      const moving = groups.filter(({ isMoving }) => isMoving === true);
      expect(moving.length).toBeGreaterThan(0);
      expect(moving.length).toBeLessThan(groups.length);
      expect(moving.every(({ owners }) => owners.includes(mover))).toBe(true);
    },
  );

  it('leave the ranges that do not move as they are', () => {
    const usual = new Set(
      clusterViewOf(before)
        .ring.ranges()
        .map(({ start }) => start),
    );
    const still = allIn(viewIn('write-both')).filter(({ isMoving }) => isMoving !== true);
    for (const { runs } of still)
      for (const { from } of runs) expect(from === 0 || usual.has(from * SLOT_SIZE)).toBe(true);
  });

  it('are those of the ring after it when it is done', () => {
    const done = viewIn('done');
    const bare = clusterViewOf({ ...done.metadata, plan: undefined });
    expect(allIn(done)).toEqual(allIn(bare));
    expect(JSON.stringify(allIn(done)).includes(mover)).toBe(what === 'joins');
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
