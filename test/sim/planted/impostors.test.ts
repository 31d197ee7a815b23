import { describe, it, vi } from 'vitest';
import type * as PeerMemoryModule from '../../../src/node/identity/peer-memory.js';
import type * as PeerAdmissionModule from '../../../src/node/identity/peer-admission.js';
import type { Fault, ScheduledFault } from '../../../src/sim/faults/fault.js';
import { expectCaught, named } from './find-violation.js';

type Mistake = 'every start is plausible';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/identity/peer-memory.js', async (importOriginal) => {
  const original = await importOriginal<typeof PeerMemoryModule>();
  class PeerMemory extends original.PeerMemory {
    override observe(claim: PeerMemoryModule.StartClaim): PeerMemoryModule.StartVerdict {
      return planted.mistake === undefined ? super.observe(claim) : 'plausible';
    }
    override seen(nodeId: string): PeerMemoryModule.SeenStart | undefined {
      return planted.mistake === undefined ? super.seen(nodeId) : undefined;
    }
  }
  return { ...original, PeerMemory };
});

vi.mock('../../../src/node/identity/peer-admission.js', async (importOriginal) => {
  const original = await importOriginal<typeof PeerAdmissionModule>();
  class PeerAdmission extends original.PeerAdmission {
    override hear(claim: PeerMemoryModule.StartClaim): void {
      if (planted.mistake === undefined) super.hear(claim);
    }
  }
  return { ...original, PeerAdmission };
});

const FAULTS: readonly Fault[] = [
  { kind: 'rollback', node: 'n2', ageMs: 10_000, forMs: 15_000 },
  { kind: 'clone', node: 'n2', forMs: 15_000 },
];

/** While the impostor runs others are started again, and have news of themselves to be voted on. */
const RESTARTS = [16_000, 20_000, 24_000].map((atMs): ScheduledFault => ({
  atMs,
  fault: { kind: 'restart', node: 'n3', forMs: 1_000 },
}));

describe('a vote from a disk that is not the own one is caught, when', { timeout: 120_000 }, () => {
  it.each(FAULTS)('nobody judges how a node was started: $kind', async (fault) => {
    await expectCaught({
      plant: named(planted, 'every start is plausible'),
      rule: 'impostor-voted',
      seeds: 5,
      nodes: 3,
      minutes: 0.5,
      faults: [{ atMs: 12_000, fault }, ...RESTARTS],
    });
  });
});
