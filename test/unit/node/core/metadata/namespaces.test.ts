import { describe, expect, it } from 'vitest';
import type {
  ClusterMetadata,
  MetadataChange,
  NamespaceSpec,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { METADATA_FORMAT } from '../../../../../src/node/core/metadata/cluster-metadata.js';
import {
  decodeSnapshot,
  encodeSnapshot,
} from '../../../../../src/node/core/metadata/metadata-codec.js';
import { namespaceNamed } from '../../../../../src/node/core/metadata/namespaces.js';
import { effectiveReplication } from '../../../../../src/node/core/metadata/replication.js';
import { after, clusterOf, clusterOfSize, nodeOf } from './states.js';

function create(name: string, spec: Partial<NamespaceSpec> = {}): MetadataChange {
  const usual = { mode: 'lww', replication: undefined, defaultTtlMs: undefined } as const;
  return {
    kind: 'create-namespace',
    namespace: { ...usual, defaultLevel: 'quorum', name, ...spec },
  };
}

function withOrders(spec: Partial<NamespaceSpec> = {}): ClusterMetadata {
  return after(clusterOfSize(3), create('orders', spec));
}

function refusal(change: MetadataChange, state: ClusterMetadata = withOrders()) {
  return expect(() => after(state, change));
}

describe('a namespace that is created', () => {
  it('has the epoch that created it for its id, and moves no data', () => {
    const state = withOrders({ replication: { dc1: 2 }, defaultTtlMs: 1000 });
    expect(namespaceNamed(state.namespaces, 'orders')).toEqual({
      id: 4,
      name: 'orders',
      mode: 'lww',
      replication: { dc1: 2 },
      defaultTtlMs: 1000,
      defaultLevel: 'quorum',
    });
    expect(state.placementEpoch).toBe(clusterOfSize(3).placementEpoch);
  });

  it('has its own replication, as far as there are nodes', () => {
    const state = withOrders({ replication: { dc1: 5 } });
    expect(effectiveReplication(state, namespaceNamed(state.namespaces, 'orders'))).toEqual({
      dc1: 3,
    });
  });

  it('has a name that no other one has', () => {
    refusal(create('orders')).toThrow(expect.objectContaining({ code: 'KV_NAMESPACE_EXISTS' }));
    refusal(create('default')).toThrow(expect.objectContaining({ code: 'KV_NAMESPACE_EXISTS' }));
    for (const name of ['a b', '', '-n', '.', '..', '__proto__', 'x'.repeat(65)])
      refusal(create(name)).toThrow(`namespace ${JSON.stringify(name)} is not a name`);
  });

  it.each<[string, Partial<NamespaceSpec>, string]>([
    ['a data centre that is not there', { replication: { dc2: 3 } }, 'there is dc1'],
    ['no data centre', { replication: {} }, 'names no data centre'],
    ['no copy', { replication: { dc1: 0 } }, 'asks for 0 copies in dc1: use 1 to 9'],
    ['too many copies', { replication: { dc1: 10 } }, 'asks for 10 copies'],
    ['half a copy', { replication: { dc1: 1.5 } }, 'asks for 1.5 copies'],
    ['no life', { defaultTtlMs: 0 }, 'a default time to live of 0 ms'],
    ['a life of centuries', { defaultTtlMs: 1e14 }, 'a default time to live of'],
    ['an unknown level', { defaultLevel: 'quorom' }, 'did you mean quorum?'],
    [
      'a level beyond its copies',
      { replication: { dc1: 1 }, defaultLevel: 'two' },
      'other has 1 copy',
    ],
    ['a level beyond its copies', { replication: { dc1: 2 }, defaultLevel: 'three' }, '2 copies'],
    ['a level of writes only', { defaultLevel: 'any' }, 'any is for writes only'],
  ])('is refused with %s', (_what, spec, message) => {
    refusal(create('other', spec)).toThrow(message);
  });

  it('may be in a data centre of its own', () => {
    const nodes = [nodeOf(1), nodeOf(2, { dc: 'dc2' })];
    const state = after(clusterOf(nodes), create('orders', { replication: { dc2: 1 } }));
    expect(effectiveReplication(state, namespaceNamed(state.namespaces, 'orders'))).toEqual({
      dc1: 0,
      dc2: 1,
    });
  });

  it('is one of 256 at most', () => {
    let state = clusterOfSize(1);
    for (let i = 1; i < 256; i++) state = after(state, create(`n${i}`));
    refusal(create('one-more'), state).toThrow('there are 256 namespaces already');
  });
});

describe('a name that no namespace has', () => {
  it('is told with some of those that there are', () => {
    let state = clusterOfSize(1);
    for (let i = 1; i < 9; i++) state = after(state, create(`number-${i}`));
    expect(() => namespaceNamed(state.namespaces, 'other')).toThrow(
      'there is default, number-1, number-2, number-3, number-4 and 4 more (kv namespace list)',
    );
  });
});

describe('a namespace that is altered', () => {
  const alter = { kind: 'alter-namespace', id: 4, defaultTtlMs: 5, defaultLevel: 'one' } as const;

  it('has the new defaults, and all else as before', () => {
    const state = after(withOrders({ replication: { dc1: 2 } }), alter);
    expect(namespaceNamed(state.namespaces, 'orders')).toMatchObject({
      id: 4,
      replication: { dc1: 2 },
      defaultTtlMs: 5,
      defaultLevel: 'one',
    });
  });

  it('may be the default one', () => {
    const state = after(withOrders(), { ...alter, id: 1 });
    expect(namespaceNamed(state.namespaces, 'default')).toMatchObject({ defaultLevel: 'one' });
  });

  it('is there, and gets defaults that can be', () => {
    refusal({ ...alter, id: 9 }).toThrow(expect.objectContaining({ code: 'KV_NAMESPACE_UNKNOWN' }));
    refusal({ ...alter, defaultLevel: 'any' }).toThrow('any is for writes only');
    const few = withOrders({ replication: { dc1: 1 } });
    refusal({ ...alter, defaultLevel: 'two' }, few).toThrow('its default level cannot be two');
    refusal({ ...alter, defaultTtlMs: -1 }).toThrow('a default time to live of -1 ms');
  });
});

describe('a namespace that is dropped', () => {
  it('is gone, and another one when it is made again', () => {
    const dropped = after(withOrders(), { kind: 'drop-namespace', id: 4 });
    expect(dropped.namespaces.map(({ name }) => name)).toEqual(['default']);
    const again = after(dropped, create('orders'));
    expect(namespaceNamed(again.namespaces, 'orders').id).toBe(6);
  });

  it('is not the default one, and was there', () => {
    refusal({ kind: 'drop-namespace', id: 1 }).toThrow('the namespace default is always there');
    refusal({ kind: 'drop-namespace', id: 5 }).toThrow('the namespace with the id 5 was dropped');
  });
});

describe('the format of metadata', () => {
  it('is the first one until a namespace is made, so that older releases can read it', () => {
    const before = clusterOfSize(3);
    expect(before.minFormat).toBe(1);
    expect(withOrders().minFormat).toBe(2);
    expect(JSON.parse(new TextDecoder().decode(encodeSnapshot(before)))).toMatchObject({
      format: 1,
    });
  });

  it('is told by a snapshot, and one that is newer is refused', () => {
    const state = withOrders({ replication: { dc1: 2 }, defaultTtlMs: 7 });
    expect(decodeSnapshot(encodeSnapshot(state))).toEqual(state);
    const newer = encodeSnapshot({ ...state, minFormat: METADATA_FORMAT + 1 });
    expect(() => decodeSnapshot(newer)).toThrow(
      expect.objectContaining({ code: 'KV_FORMAT_UNKNOWN' }),
    );
  });
});
