import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.js';

it(
  '200 kills of a node at random moments lose no acknowledged quorum write',
  { timeout: 3_600_000 },
  async () => {
    await expect(killRounds({ kills: 200, seed: 7, withinMs: Infinity })).resolves.toBeUndefined();
  },
);
