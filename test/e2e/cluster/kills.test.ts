import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.js';

it(
  'up to ten kills of a node at random moments lose no acknowledged quorum write',
  { timeout: 240_000 },
  async () => {
    await expect(killRounds({ kills: 10, seed: 4, withinMs: 60_000 })).resolves.toBeUndefined();
  },
);
