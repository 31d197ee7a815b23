import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.js';

it(
  'up to ten kills at random moments, of one node or two at once, lose no acknowledged quorum write',
  { timeout: 240_000 },
  async () => {
    await expect(killRounds({ rounds: 10, seed: 4, withinMs: 20_000 })).resolves.toBeUndefined();
  },
);
