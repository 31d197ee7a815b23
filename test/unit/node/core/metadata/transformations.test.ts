import { describe, expect, it } from 'vitest';
import type {
  ClusterMetadata,
  MetadataChange,
  MetadataEntry,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { applyEntry, memberOf } from '../../../../../src/node/core/metadata/transformations.js';
import { after, clusterOfSize, idOf, initOf, joinOf, nextEntry, nodeOf } from './states.js';

const open: MetadataChange = { kind: 'open' };

function refusal(state: ClusterMetadata | undefined, change: MetadataChange) {
  return expect(() => after(state, change));
}

describe('init', () => {
  it('makes the first node member, voter, and the namespace that always exists', () => {
    const state = after(undefined, initOf(nodeOf(1)));
    expect(state).toMatchObject({
      epoch: 1,
      clusterName: 'test',
      voters: [idOf(1)],
      opened: false,
      placementEpoch: 1,
      members: [{ name: 'n1', state: 'normal', tokens: [4096], joinedEpoch: 1 }],
      namespaces: [{ id: 1, name: 'default', mode: 'lww', defaultLevel: 'quorum' }],
    });
  });

  it('happens once', () => {
    refusal(clusterOfSize(1), initOf(nodeOf(2))).toThrow(
      expect.objectContaining({ code: 'KV_ALREADY_INITIALIZED' }),
    );
  });

  it('comes before everything else', () => {
    refusal(undefined, open).toThrow(expect.objectContaining({ code: 'KV_NOT_READY' }));
  });
});

describe('join', () => {
  it('adds a normal member and moves the placement epoch', () => {
    const state = after(clusterOfSize(1), joinOf(nodeOf(2)));
    expect(state.placementEpoch).toBe(2);
    expect(memberOf(state, idOf(2))).toMatchObject({ state: 'normal', joinedEpoch: 2 });
  });

  it('is refused once the cluster is open', () => {
    refusal(after(clusterOfSize(1), open), joinOf(nodeOf(2))).toThrow(
      expect.objectContaining({ code: 'KV_JOIN_REFUSED' }),
    );
  });

  it('refuses a name that a member has, and names where that member is', () => {
    refusal(clusterOfSize(2), joinOf(nodeOf(3, { name: 'n2' }))).toThrow(
      'the name n2 belongs to the member at 10.0.0.1:7402: give the new node another --name',
    );
  });

  it('lets a new node have the name of a removed one, but never its id', () => {
    const state = after(clusterOfSize(2), { kind: 'remove', nodeId: idOf(2) });
    expect(after(state, joinOf(nodeOf(3, { name: 'n2' }))).members).toHaveLength(3);
    refusal(state, joinOf(nodeOf(2))).toThrow(
      expect.objectContaining({ code: 'KV_IDENTITY_REMOVED' }),
    );
  });

  it.each(['', 'a b', 'n/1', 'é', 'x'.repeat(65)])('refuses the name %j', (name) => {
    refusal(clusterOfSize(1), joinOf(nodeOf(2, { name }))).toThrow(
      expect.objectContaining({ code: 'KV_CONFIG_INVALID' }),
    );
  });

  it('accepts every name of 1 to 64 letters, digits, dots, underscores and dashes', () => {
    for (const name of ['a', 'Node-1.rack_2', 'x'.repeat(64)])
      expect(after(clusterOfSize(1), joinOf(nodeOf(2, { name }))).members).toHaveLength(2);
  });

  it.each([
    ['unsorted', [8192, 4096 * 7, 4096 * 5]],
    ['repeated', [8192, 8192]],
    ['not on a slot', [8193]],
    ['beyond the ring', [0x1_0000_0000]],
    ['owned by another member', [4096]],
    ['none', []],
    ['too many', Array.from({ length: 257 }, (_, i) => 4096 * (i + 2))],
  ])('refuses tokens that are %s', (_what, tokens) => {
    refusal(clusterOfSize(1), { kind: 'join', member: nodeOf(2), tokens }).toThrow(
      expect.objectContaining({ code: 'KV_CONFIG_INVALID' }),
    );
  });
});

describe('update', () => {
  const moved = { ...nodeOf(2).addresses, peerPort: 20_000 };

  it('takes new addresses at any time, without moving data', () => {
    const state = after(after(clusterOfSize(2), open), {
      kind: 'update',
      member: nodeOf(2, { addresses: moved }),
    });
    expect(memberOf(state, idOf(2))).toMatchObject({ addresses: moved, state: 'normal' });
    expect(state.placementEpoch).toBe(2);
  });

  it('takes another place only before the cluster is open, and then moves the placement epoch', () => {
    const elsewhere: MetadataChange = { kind: 'update', member: nodeOf(2, { rack: 'r9' }) };
    expect(after(clusterOfSize(2), elsewhere).placementEpoch).toBe(3);
    refusal(after(clusterOfSize(2), open), elsewhere).toThrow(
      'n2 is in host h2, rack r1, data centre dc1 and the cluster holds data: ' +
        'it cannot become host h2, rack r9, data centre dc1',
    );
  });

  it('never changes a name, and never an unknown node', () => {
    refusal(clusterOfSize(2), { kind: 'update', member: nodeOf(2, { name: 'x' }) }).toThrow(
      'the name of n2 cannot change',
    );
    refusal(clusterOfSize(2), { kind: 'update', member: nodeOf(3) }).toThrow(
      'no member has the id',
    );
  });
});

describe('remove', () => {
  it('keeps the row, takes the tokens, and moves the placement epoch', () => {
    const state = after(clusterOfSize(2), { kind: 'remove', nodeId: idOf(2) });
    expect(memberOf(state, idOf(2))).toMatchObject({ state: 'removed', tokens: [] });
    expect(state.placementEpoch).toBe(3);
    refusal(state, { kind: 'remove', nodeId: idOf(2) }).toThrow(
      expect.objectContaining({ code: 'KV_IDENTITY_REMOVED' }),
    );
  });

  it('refuses to take away the last member, or a majority of the voters', () => {
    refusal(clusterOfSize(1), { kind: 'remove', nodeId: idOf(1) }).toThrow('the last member');
    refusal(clusterOfSize(2), { kind: 'remove', nodeId: idOf(1) }).toThrow('move its vote first');
    const voters = [idOf(1), idOf(2)];
    const two = after(clusterOfSize(3), { kind: 'voters', voters });
    refusal(two, { kind: 'remove', nodeId: idOf(1) }).toThrow('move its vote first');
    const three = after(two, { kind: 'voters', voters: [...voters, idOf(3)] });
    expect(after(three, { kind: 'remove', nodeId: idOf(3) }).members).toHaveLength(3);
  });
});

describe('voters', () => {
  it.each([
    ['none', []],
    ['the same', [idOf(1)]],
    ['one node twice', [idOf(1), idOf(1)]],
    ['two newcomers at once', [idOf(1), idOf(2), idOf(3)]],
    ['a stranger', [idOf(1), idOf(9)]],
  ])('may not be %s', (_what, voters) => {
    refusal(clusterOfSize(3), { kind: 'voters', voters }).toThrow(
      expect.objectContaining({ code: 'KV_CONFIG_INVALID' }),
    );
  });

  it('change by one, without moving data', () => {
    const state = after(clusterOfSize(3), { kind: 'voters', voters: [idOf(1), idOf(3)] });
    expect(state.voters).toEqual([idOf(1), idOf(3)]);
    expect(state.placementEpoch).toBe(3);
    expect(after(state, { kind: 'voters', voters: [idOf(2), idOf(3)] }).voters).toContain(idOf(2));
  });
});

describe('every entry', () => {
  it('applies to the state before it only, and leaves that state as it was', () => {
    const state = clusterOfSize(2);
    const copy = structuredClone(state);
    const entry = nextEntry(state, open);
    expect(applyEntry(state, entry).opened).toBe(true);
    expect(state).toEqual(copy);
    for (const epoch of [1, 2, 4])
      expect(() => applyEntry(state, { ...entry, epoch })).toThrow(
        expect.objectContaining({ code: 'KV_EPOCH_CHANGED' }),
      );
    expect(() => applyEntry(applyEntry(state, entry), entry)).toThrow();
  });

  it('of an unknown kind is refused by the code that stops a node', () => {
    const state = clusterOfSize(1);
    // What a newer version might write.
    const entry = { epoch: 2, id: 'f'.repeat(16), change: { kind: 'split' } } as unknown;
    expect(() => applyEntry(state, entry as MetadataEntry)).toThrow(
      expect.objectContaining({ code: 'KV_FORMAT_UNKNOWN' }),
    );
  });

  it('opens a cluster once', () => {
    refusal(after(clusterOfSize(1), open), open).toThrow('open already');
  });
});
