import { describe, expect, it } from 'vitest';
import {
  sample,
  selectPeers,
  type Draw,
} from '../../../../../src/node/core/membership/peer-selection.js';
import { Prng } from '../../../../../src/stdx/prng.js';

const ids = (count: number, letter: string): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`);

function drawOf(seed: string): Draw {
  const prng = Prng.named(seed);
  return (bound) => prng.int(bound);
}

describe('peer selection', () => {
  it('takes three distinct live peers, each as often as any other', () => {
    const draw = drawOf('fairness');
    const counts = new Map<string, number>();
    const live = ids(10, 'a');
    for (let round = 0; round < 10_000; round++) {
      const peers = selectPeers({ live, down: [], seeds: [] }, 3, draw);
      expect(new Set(peers).size).toBe(3);
      for (const peer of peers) counts.set(peer, (counts.get(peer) ?? 0) + 1);
    }
    for (const id of live) expect(Math.abs((counts.get(id) ?? 0) - 3000)).toBeLessThan(200);
  });

  it('greets a down node now and then, the oftener the more are down', () => {
    const share = (down: number): number => {
      const draw = drawOf(`down ${down}`);
      let greeted = 0;
      for (let round = 0; round < 2000; round++) {
        const peers = selectPeers({ live: ids(9, 'a'), down: ids(down, 'd'), seeds: [] }, 3, draw);
        if (peers.some((id) => id.startsWith('d'))) greeted += 1;
      }
      return greeted / 2000;
    };
    expect(share(1)).toBeCloseTo(0.1, 1);
    expect(share(5)).toBeCloseTo(0.5, 1);
    expect(share(10)).toBe(1);
  });

  it('turns to a seed when nobody lives, and rarely otherwise', () => {
    const draw = drawOf('seeds');
    expect(selectPeers({ live: [], down: [], seeds: ['s'] }, 3, draw)).toEqual(['s']);
    const rounds = Array.from({ length: 2000 }, () =>
      selectPeers({ live: ids(5, 'a'), down: [], seeds: ['s'] }, 3, draw).includes('s'),
    );
    expect(rounds.filter(Boolean).length / 2000).toBeCloseTo(0.1, 1);
  });

  it('samples all when there are no more, and nothing when there is nothing', () => {
    expect(sample(['a', 'b'], 3, drawOf('x'))).toEqual(['a', 'b']);
    expect(selectPeers({ live: [], down: [], seeds: [] }, 3, drawOf('x'))).toEqual([]);
  });
});
