import { describe, expect, it } from 'vitest';
import { Ring } from '../../../../src/node/core/ring/ring.js';
import { SLOT_COUNT, SLOT_SIZE } from '../../../../src/node/core/ring/token.js';
import { drawTokens } from '../../../../src/sim/ring/random-tokens.js';
import { Prng } from '../../../../src/stdx/prng.js';

describe('random tokens', () => {
  it('are distinct, sorted, and free on the ring', () => {
    const every = Array.from({ length: SLOT_COUNT / 2 }, (_, i) => 2 * i * SLOT_SIZE);
    const ring = Ring.of([{ nodeId: 'a', tokens: every, host: 'a', rack: 'r1', dc: 'dc1' }]);
    const prng = Prng.named('random tokens');
    const drawn = drawTokens({ ring, count: 256, random: () => prng.nextFloat() });
    expect(new Set(drawn).size).toBe(256);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(drawn.filter((token) => (token / SLOT_SIZE) % 2 === 0)).toEqual([]);
  });
});
