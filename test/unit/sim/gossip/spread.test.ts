import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { FullExchange } from '../../../../src/sim/gossip/full-exchange.js';
import { roundsToReachAll } from '../../../../src/sim/gossip/spread.js';

describe('an update', () => {
  it.each([
    { nodes: 2, most: 2 },
    { nodes: 300, most: 6 },
    { nodes: 1000, most: 7 },
  ])('reaches all of $nodes nodes within $most rounds at 5 % loss', ({ nodes, most }) => {
    for (const seed of [1, 2, 3]) {
      const rounds = roundsToReachAll({ nodes, loss: 0.05, seed });
      expect(rounds).toBeGreaterThan(0);
      expect(rounds).toBeLessThanOrEqual(most);
    }
  });

  it('takes as many rounds for the same seed, and more where more is lost', () => {
    const rounds = (loss: number): number => roundsToReachAll({ nodes: 200, loss, seed: 5 });
    expect(rounds(0.2)).toBe(rounds(0.2));
    expect(rounds(0.7)).toBeGreaterThan(rounds(0));
  });
});

describe('an exchange between full tables', () => {
  it('brings each side what the other knew better, so that the next one has less to say', () => {
    const exchange = new FullExchange(100);
    exchange.pass();
    const first = exchange.exchange(1);
    const again = exchange.exchange(2);
    expect(first.last).toBeGreaterThan(1000);
    expect(again.digests).toBe(first.digests);
    expect(again.answer).toBeLessThan(first.answer / 10);
    exchange.pass();
    expect(exchange.exchange(3).answer).toBeGreaterThan(first.answer / 2);
  });

  it('has no message over 64 KiB, however many nodes there are', () => {
    const exchange = new FullExchange(5000);
    exchange.pass();
    const { digests, answer, last } = exchange.exchange(1);
    expect(Math.max(digests, answer, last)).toBeLessThanOrEqual(LIMITS.gossipMessageBytes);
  });
});
