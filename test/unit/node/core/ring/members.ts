import type { RingMember } from '../../../../../src/node/core/ring/ring.js';
import { SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';

/** A member with tokens in the given slots; where it stands is written `dc/rack/host`, each with a default. */
export function member(nodeId: string, slots: readonly number[], where = 'dc1'): RingMember {
  const [dc = 'dc1', rack = 'r1', host = `host-of-${nodeId}`] = where.split('/');
  return { nodeId, tokens: slots.map((slot) => slot * SLOT_SIZE), dc, rack, host };
}
