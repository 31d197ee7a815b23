import { beforeEach, describe, expect, it } from 'vitest';
import type { MetadataChange } from '../../../../src/node/core/metadata/cluster-metadata.js';
import { SLOT_COUNT } from '../../../../src/node/core/ring/token.js';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { after, clusterOfSize } from '../core/metadata/states.js';
import { ThreeReplicas } from './three-replicas.js';

const ALL = [0, 1, 2];

let replicas: ThreeReplicas;

/** Every range loses one of its three owners. */
beforeEach(async () => {
  replicas = await ThreeReplicas.open();
  const state = clusterOfSize(3);
  const plan = state.epoch + 2;
  const changes: readonly MetadataChange[] = [
    { kind: 'stage-replication', namespace: 1, replication: { dc1: 2 } },
    { kind: 'begin-plan' },
    { kind: 'step-plan', plan, to: 'write-both' },
  ];
  replicas.view = clusterViewOf(changes.reduce((before, change) => after(before, change), state));
});

describe('a repair of ranges that move', () => {
  it.each([
    ['whose driver knows it', true],
    ['whose driver does not', false],
  ])('%s, purges nothing and lifts no floor', async (_, isMoving) => {
    // The tombstone of a is gone on the third one.
    await replicas.bury('a', 5, [0, 1]);
    await replicas.raiseFloor(10, ALL);
    await replicas.put('b', { ms: 20 }, [0]);
    const result = await replicas.repair({ floorMs: 50, isMoving });
    expect(replicas.contents()).toEqual(['a=x5 b=v20', 'a=x5 b=v20', 'b=v20']);
    expect(result).toMatchObject({ dropped: 0 });
    for (const replica of ALL) expect(replicas.floorOf('a', replica)).toBe(10);
  });

  it('asks nobody to purge', async () => {
    await replicas.raiseFloor(10, ALL);
    await replicas.repair({ isMoving: true });
    expect(replicas.asked.filter((question) => question.includes('settle'))).toEqual([]);
  });

  it('leaves with all of them when they were equal', async () => {
    await replicas.repair({ floorMs: 50, isMoving: true });
    const run = { from: 0, to: SLOT_COUNT };
    for (const times of replicas.times) expect(times.oldest(1, [run])).toBeGreaterThan(999_000);
  });

  it('brings an old value to one who has no floor', async () => {
    await replicas.put('a', { ms: 5 }, [0, 1]);
    await replicas.raiseFloor(10, [0, 1]);
    await replicas.repair({ isMoving: true });
    expect(replicas.contents()).toEqual(['a=v5', 'a=v5', 'a=v5']);
  });
});
