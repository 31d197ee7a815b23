import { expect, it } from 'vitest';
import { ringKills } from './ring-kills.js';

it(
  'three nodes become five and three again under load and kills: nothing acknowledged is lost, nothing fails',
  { timeout: 1_800_000 },
  async () => {
    const plan = { values: 6_000, valueBytes: 4_096, between: 300 };
    await expect(ringKills(plan)).resolves.toBeUndefined();
  },
);
