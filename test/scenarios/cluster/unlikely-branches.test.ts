import { describe, expect, it } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { BUGGIFY_POINTS, type BuggifyPoint } from '../../../src/node/env/buggify.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { Prng } from '../../../src/stdx/prng.js';
import { BootedCluster, text } from './booted-cluster.js';

const CHANCE = 0.25;

/** Of these something must go wrong first, a node must miss an epoch, or nobody may be a voter yet. */
const RARE: readonly BuggifyPoint[] = [
  'coordinator.late-heal',
  'metadata.short-pull',
  'metadata.eager-upkeep',
  'hints.small-batch',
  'hints.late-forget',
];

describe('a cluster in which the unlikely is done at every fourth occasion', () => {
  it.each([1, 2, 3])(
    'keeps every acknowledged write, and stays together (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const taken = new Set<BuggifyPoint>();
      const cluster = await BootedCluster.of(5, seed);
      cluster.buggify = (point) => {
        const yes = prng.nextFloat() < CHANCE;
        if (yes) taken.add(point);
        return yes;
      };
      const { client } = cluster.client('c1');
      const acknowledged = new Map<string, string>();
      for (let i = 0; i < 300; i++) {
        const [key, value] = [`k${prng.int(10)}`, `v${i}`];
        if (i % 100 === 50) {
          const name = `n${1 + prng.int(5)}`;
          cluster.kill(name);
          await cluster.start(name);
        }
        try {
          await cluster.run(client.put(utf8Encode(key), utf8Encode(value)));
          acknowledged.set(key, value);
        } catch (error) {
          if (!(error instanceof KvError)) throw error;
          // What it left behind may be read from now on.
          acknowledged.delete(key);
        }
        const known = acknowledged.get(key);
        const got = await cluster.run(client.get(utf8Encode(key)));
        if (known !== undefined) expect(text(got)).toBe(known);
        await cluster.scheduler.advance(prng.int(400));
      }
      expect(acknowledged.size).toBeGreaterThan(7);
      for (const run of cluster.running()) {
        expect(run.ended()).toBeUndefined();
        expect(run.node.readiness.failure()).toBeUndefined();
      }
      const points = (Object.keys(BUGGIFY_POINTS) as BuggifyPoint[]).filter(
        (point) => !taken.has(point) && !RARE.includes(point),
      );
      expect(points).toEqual([]);

      cluster.buggify = () => false;
      await cluster.until(() => cluster.isSettled(5));
    },
  );
});
