import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.js';

it(
  '200 kills at random moments, of one node or two at once, lose no acknowledged quorum write',
  { timeout: 3_600_000 },
  async () => {
    await expect(killRounds({ rounds: 200, seed: 7, withinMs: Infinity })).resolves.toBeUndefined();
  },
);
