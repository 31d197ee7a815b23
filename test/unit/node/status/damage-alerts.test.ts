import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { damageAlerts } from '../../../../src/node/status/damage-alerts.js';

const told = (damage: Parameters<typeof damageAlerts>[0]['damage']): readonly string[] =>
  damageAlerts({ name: 'n3', damage }).map(
    ({ severity, code, message }) => `${severity} ${code} ${message}`,
  );

describe('the alerts about what a node cannot read of its store', () => {
  it('are none for a store that is whole', () => {
    expect(told({ rotten: 0, unhealed: 0, unreadable: 0 })).toEqual([]);
  });

  it('warn of rotten copies that are healed, because their disk may be ill', () => {
    expect(told({ rotten: 12, unhealed: 0, unreadable: 0 })).toEqual([
      'warn KV_ROTTEN_COPIES met 12 rotten copies in its store within a day, healed since: check its disk, and replace it if more come',
    ]);
  });

  it('are worse while some are not healed', () => {
    expect(told({ rotten: 1, unhealed: 1, unreadable: 0 })[0]).toMatch(
      /^bad KV_ROTTEN_COPIES met 1 rotten copy in its store within a day, 1 not healed yet:/,
    );
    const many = LIMITS.rottenRemembered;
    expect(told({ rotten: many, unhealed: 2, unreadable: 0 })[0]).toContain(`met at least ${many}`);
  });

  it('tell parts that cannot be read by themselves', () => {
    expect(told({ rotten: 0, unhealed: 0, unreadable: 2 })).toEqual([
      'bad KV_STORE_UNREADABLE has 2 parts in its store that cannot be read at all: check its disk, then replace the node, or start it again with --accept-loss',
    ]);
  });
});
