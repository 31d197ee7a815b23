import { describe, expect, it } from 'vitest';
import type { Hello } from '../../../../src/node/core/messages.js';
import { refuseRequest } from '../../../../src/node/core/metadata/peer-rights.js';
import { admitHello, type HelloCheck } from '../../../../src/node/identity/admission-of-peers.js';
import { PeerAdmission } from '../../../../src/node/identity/peer-admission.js';
import {
  judgeStart,
  PeerMemory,
  type SeenStart,
  type StartClaim,
} from '../../../../src/node/identity/peer-memory.js';
import { after, clusterOfSize, idOf } from '../core/metadata/states.js';

const metadata = clusterOfSize(3);
const helloOf = (n: number, more: Partial<Hello> = {}): Hello => ({
  clusterId: metadata.clusterId,
  nodeId: idOf(n),
  name: `n${n}`,
  boot: 5,
  nonce: `${n}`.repeat(16),
  sequence: 100,
  wireMin: 1,
  wireMax: 1,
  format: 1,
  ...more,
});
const seen: SeenStart = { boot: 5, nonce: helloOf(2).nonce, sequence: 100, clonedBoot: 0 };

/** The code with which n1 refuses this hello of n2. */
function verdict(remote: Partial<Hello>, check: Partial<HelloCheck> = {}): string | undefined {
  const base = { own: helloOf(1), remote: helloOf(2, remote), metadata, seen: undefined };
  return admitHello({ ...base, ...check })?.code;
}

describe('a hello', () => {
  it('of a member is admitted, and of a member that is unknown here', () => {
    expect(verdict({})).toBeUndefined();
    expect(verdict({ nodeId: idOf(9), name: 'n9' })).toBeUndefined();
    expect(verdict({ clusterId: '' })).toBeUndefined();
    expect(
      verdict({}, { own: helloOf(1, { clusterId: '' }), metadata: undefined }),
    ).toBeUndefined();
  });

  it('of another wire version is admitted only when the ranges overlap', () => {
    expect(verdict({ wireMin: 1, wireMax: 3 })).toBeUndefined();
    expect(verdict({ wireMin: 2, wireMax: 3 })).toBe('KV_FORMAT_UNKNOWN');
    expect(verdict({}, { own: helloOf(1, { wireMin: 2, wireMax: 4 }) })).toBe('KV_FORMAT_UNKNOWN');
  });

  it('of another cluster is refused', () => {
    expect(verdict({ clusterId: 'd'.repeat(16) })).toBe('KV_CLUSTER_MISMATCH');
  });

  it('of a node too old for the metadata is refused', () => {
    const newer = { ...metadata, minFormat: 2 };
    expect(verdict({}, { metadata: newer })).toBe('KV_FORMAT_UNKNOWN');
    expect(verdict({ format: 2 }, { metadata: newer })).toBeUndefined();
  });

  it('of a removed node is refused, also while it belongs to no cluster', () => {
    const removed = after(metadata, { kind: 'remove', nodeId: idOf(2) });
    expect(verdict({}, { metadata: removed })).toBe('KV_IDENTITY_REMOVED');
    expect(verdict({ clusterId: '' }, { metadata: removed })).toBe('KV_IDENTITY_REMOVED');
  });

  it('of this very node is admitted from this process only', () => {
    expect(verdict({}, { remote: helloOf(1) })).toBeUndefined();
    expect(verdict({}, { remote: helloOf(1, { nonce: 'f'.repeat(16) }) })).toBe('KV_CLONE');
  });

  it('with a boot below the one seen is refused, and with a sequence below it after a later boot', () => {
    expect(verdict({ boot: 4 }, { seen })).toBe('KV_ROLLED_BACK');
    expect(verdict({ boot: 6, nonce: 'a'.repeat(16), sequence: 99 }, { seen })).toBe(
      'KV_ROLLED_BACK',
    );
    expect(verdict({ boot: 6, nonce: 'a'.repeat(16), sequence: 100 }, { seen })).toBeUndefined();
  });

  it('that is refused for less than it had says that accepting a loss does not help, and why', () => {
    const refused = (hello: Partial<Hello>): string =>
      admitHello({ own: helloOf(1), remote: helloOf(2, hello), metadata, seen })?.message ?? '';
    const cut = refused({ boot: 6, nonce: 'a'.repeat(16), sequence: 99 });
    expect(cut).toContain('old disk image, or the end of its log is lost: it says boot 6');
    expect(cut).toContain('--accept-loss does not help, because what it had promised as a voter');
    expect(refused({ boot: 4 })).toContain('started from an old disk image: it says boot 4');
  });

  it('of the same process may be older than what was heard since: messages overtake each other', () => {
    expect(verdict({ sequence: 7 }, { seen })).toBeUndefined();
  });

  it('with the boot seen and another nonce is a clone, and from then on both are', () => {
    const other = { nonce: 'f'.repeat(16) };
    expect(verdict(other, { seen })).toBe('KV_CLONE');
    const memory = new PeerMemory();
    memory.observe({ ...helloOf(2), direct: true });
    expect(memory.observe({ ...helloOf(2, other), direct: true })).toBe('clone');
    const known = { seen: memory.seen(idOf(2)) };
    expect(verdict({}, known)).toBe('KV_CLONE');
    expect(verdict(other, known)).toBe('KV_CLONE');
    expect(verdict({ boot: 4 }, known)).toBe('KV_CLONE');
    expect(verdict({ boot: 6 }, known)).toBeUndefined();
  });
});

describe('what is learnt of a start at second hand', () => {
  const claim: StartClaim = { ...helloOf(2), direct: false };

  it('raises what is known', () => {
    const later = { ...claim, boot: 6, nonce: 'a'.repeat(16), sequence: 200 };
    expect(judgeStart(seen, later)).toEqual({
      verdict: 'plausible',
      seen: { boot: 6, nonce: later.nonce, sequence: 200, clonedBoot: 0 },
    });
    expect(judgeStart(undefined, { ...claim, sequence: undefined }).seen.sequence).toBe(0);
  });

  it('proves nothing when it is lower: it may be old', () => {
    expect(judgeStart(seen, { ...claim, boot: 4 })).toEqual({ verdict: 'stale', seen });
    expect(judgeStart(seen, { ...claim, boot: 6, sequence: 1 })).toEqual({
      verdict: 'stale',
      seen,
    });
  });

  it('proves a clone, whoever tells it', () => {
    expect(judgeStart(seen, { ...claim, nonce: 'f'.repeat(16) })).toEqual({
      verdict: 'clone',
      seen: { ...seen, clonedBoot: 5 },
    });
  });

  it('never lowers the sequence, and does not take an untold one for zero', () => {
    const untold = { ...claim, boot: 6, nonce: 'a'.repeat(16), sequence: undefined };
    expect(judgeStart(seen, untold)).toMatchObject({
      verdict: 'plausible',
      seen: { boot: 6, sequence: 100 },
    });
  });
});

describe('the admission of peers', () => {
  function admission() {
    const events: string[] = [];
    const conflicts: string[] = [];
    const peers = new PeerAdmission({
      own: () => helloOf(1),
      metadata: () => metadata,
      nameOf: (id) => id,
      memory: new PeerMemory(),
      events: { emit: ({ message }) => void events.push(message) },
      onOwnConflict: (error) => void conflicts.push(error.code),
    });
    return { peers, events, conflicts };
  }

  it('tells a refusal once for each start, though it is asked again and again', () => {
    const { peers, events } = admission();
    const foreign = helloOf(2, { clusterId: 'd'.repeat(16) });
    for (let i = 0; i < 3; i++) expect(peers.admit(foreign)?.code).toBe('KV_CLUSTER_MISMATCH');
    expect(events).toHaveLength(1);
    peers.admit({ ...foreign, boot: 6 });
    expect(events).toHaveLength(2);
  });

  it('refuses the requests of both clones from the moment that one of them is known to be', () => {
    const { peers, events } = admission();
    const original = helloOf(2);
    expect(peers.admit(original)).toBeUndefined();
    expect(peers.admitRequest(original, 'data')).toBeUndefined();
    peers.hear({ ...helloOf(2, { nonce: 'f'.repeat(16) }), direct: false });
    expect(peers.admitRequest(original, 'data')?.code).toBe('KV_CLONE');
    expect(peers.admit(original)?.code).toBe('KV_CLONE');
    expect(events.length).toBeGreaterThan(0);
    expect(peers.admit(helloOf(2, { boot: 6, nonce: 'a'.repeat(16) }))).toBeUndefined();
  });

  it('finds out that this node is itself a clone, or was rolled back', () => {
    for (const [boot, code] of [
      [5, 'KV_CLONE'],
      [6, 'KV_ROLLED_BACK'],
    ] as const) {
      const { peers, conflicts } = admission();
      peers.hear({ ...helloOf(1), direct: false });
      peers.hear({ ...helloOf(1, { boot: 4, nonce: 'f'.repeat(16) }), direct: false });
      expect(conflicts).toEqual([]);
      peers.hear({ ...helloOf(1, { boot, nonce: 'f'.repeat(16) }), direct: false });
      expect(conflicts).toEqual([code]);
    }
  });
});

describe('what a peer may ask', () => {
  const joiner = helloOf(9, { clusterId: '' });
  const removed = after(metadata, { kind: 'remove', nodeId: idOf(3) });

  it('is everything for a member, and for one that names this cluster', () => {
    for (const asked of ['data', 'control', 'prepare', 'learn', 'report'] as const) {
      expect(refuseRequest(helloOf(2, { clusterId: '' }), metadata, asked)).toBeUndefined();
      expect(refuseRequest(helloOf(9), metadata, asked)).toBeUndefined();
    }
  });

  it('is to join and to pull for a node that belongs to no cluster', () => {
    for (const asked of ['join', 'pull'] as const)
      expect(refuseRequest(joiner, metadata, asked)).toBeUndefined();
    for (const asked of ['data', 'control', 'prepare', 'accept', 'learn', 'report'] as const)
      expect(refuseRequest(joiner, metadata, asked)?.code).toBe('KV_CLUSTER_MISMATCH');
  });

  it('is for a removed node only to gossip, so that it hears of it', () => {
    expect(refuseRequest(helloOf(3), removed, 'control')).toBeUndefined();
    for (const asked of ['data', 'prepare', 'accept', 'learn'] as const)
      expect(refuseRequest(helloOf(3), removed, asked)?.code).toBe('KV_IDENTITY_REMOVED');
  });

  it('is nothing but to join and pull while this node belongs to no cluster itself', () => {
    expect(refuseRequest(helloOf(2), undefined, 'data')?.code).toBe('KV_NOT_READY');
    expect(refuseRequest(helloOf(2), undefined, 'pull')).toBeUndefined();
  });
});
