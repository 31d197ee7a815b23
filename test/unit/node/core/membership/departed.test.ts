import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import {
  isTombstone,
  isTombstoneSpent,
  tombstoneOf,
} from '../../../../../src/node/core/membership/departed.js';
import {
  beat,
  factOf,
  mergeEndpoints,
  newEndpoint,
} from '../../../../../src/node/core/membership/endpoint-state.js';

const ID = '00000000000000aa';
const NOW = 1_767_225_600_000;

describe('the tombstone of a departed node', () => {
  it('beats everything that is still said of the node, whichever comes first', () => {
    const alive = beat(newEndpoint({ nodeId: ID, boot: 4_000_000_000, nonce: 'ffff' }));
    const tombstone = tombstoneOf(ID, { epoch: 7, wallMs: NOW });
    for (const merged of [mergeEndpoints(alive, tombstone), mergeEndpoints(tombstone, alive)]) {
      expect(isTombstone(merged)).toBe(true);
      expect(factOf(merged, 'epoch')).toBe('7');
    }
    expect(isTombstone(alive)).toBe(false);
  });

  it('is spent after three days, also when its time is garbled or in the future', () => {
    const tombstone = tombstoneOf(ID, { epoch: 7, wallMs: NOW });
    expect(isTombstoneSpent(tombstone, NOW + LIMITS.departedGossipMs)).toBe(false);
    expect(isTombstoneSpent(tombstone, NOW + LIMITS.departedGossipMs + 1)).toBe(true);
    expect(isTombstoneSpent(tombstone, NOW - LIMITS.departedGossipMs - 1)).toBe(true);
    const garbled = { ...tombstone, facts: [{ name: 'departed', value: 'x', version: 1 }] };
    expect(isTombstoneSpent(garbled, NOW)).toBe(true);
  });
});
