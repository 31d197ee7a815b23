import { describe, expect, it } from 'vitest';
import type {
  ClusterMetadata,
  MetadataChange,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import {
  decodeAcceptor,
  decodeDescriptor,
  decodeEntry,
  decodeSnapshot,
  encodeAcceptor,
  encodeDescriptor,
  encodeEntry,
  encodeSnapshot,
} from '../../../../../src/node/core/metadata/metadata-codec.js';
import { FRESH_ACCEPTOR } from '../../../../../src/node/core/paxos/acceptor.js';
import { utf8Decode, utf8Encode } from '../../../../../src/stdx/bytes.js';
import { after, clusterOfSize, idOf, initOf, joinOf, nextEntry, nodeOf } from './states.js';

const CHANGES: readonly MetadataChange[] = [
  initOf(nodeOf(1)),
  joinOf(nodeOf(2)),
  { kind: 'update', member: nodeOf(2, { name: 'Ünïcode is only checked when it applies' }) },
  { kind: 'remove', nodeId: idOf(2) },
  { kind: 'voters', voters: [idOf(1), idOf(2)] },
  { kind: 'open' },
  {
    kind: 'create-namespace',
    namespace: {
      name: 'orders',
      mode: 'lww',
      replication: { dc1: 3, dc2: 2 },
      defaultTtlMs: 60_000,
      defaultLevel: 'one',
    },
  },
  {
    kind: 'create-namespace',
    namespace: {
      name: 'plain',
      mode: 'lww',
      replication: undefined,
      defaultTtlMs: undefined,
      defaultLevel: 'quorum',
    },
  },
  { kind: 'alter-namespace', id: 4, defaultTtlMs: undefined, defaultLevel: 'all' },
  { kind: 'drop-namespace', id: 4 },
];

const asText = (value: object): Uint8Array => utf8Encode(JSON.stringify(value));

describe('the bytes of the log', () => {
  it('give back every kind of entry', () => {
    for (const change of CHANGES) {
      const entry = nextEntry(undefined, change);
      expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
    }
  });

  it('give back states, acceptors and descriptions of nodes', () => {
    const state = after(clusterOfSize(3), { kind: 'open' });
    expect(decodeSnapshot(encodeSnapshot(state))).toEqual(state);
    const named = {
      ...state,
      namespaces: [{ ...state.namespaces[0]!, replication: { dc1: 3, dc2: 2 }, defaultTtlMs: 5 }],
    };
    expect(decodeSnapshot(encodeSnapshot(named))).toEqual(named);
    const planned: ClusterMetadata = {
      ...state,
      minFormat: 3,
      staged: [{ kind: 'leave', nodeId: idOf(3), isDead: false }],
      ended: [{ id: 7, end: 'cancelled', epoch: 9, changes: ['n4 joins', 'n3 leaves'] }],
    };
    expect(decodeSnapshot(encodeSnapshot(planned))).toEqual(planned);
    const ballot = { round: 3, nodeId: idOf(2) };
    const accepted = { ballot, entry: nextEntry(state, { kind: 'remove', nodeId: idOf(3) }) };
    for (const acceptor of [FRESH_ACCEPTOR, { promised: ballot, accepted }])
      expect(decodeAcceptor(encodeAcceptor(acceptor))).toEqual(acceptor);
    expect(decodeDescriptor(encodeDescriptor(nodeOf(4)))).toEqual(nodeOf(4));
  });

  it('tell the oldest format that knows what is in them', () => {
    const formats = CHANGES.map((change): unknown => {
      const parsed: unknown = JSON.parse(utf8Decode(encodeEntry(nextEntry(undefined, change))));
      return parsed;
    });
    expect(formats).toMatchObject([1, 1, 1, 1, 1, 1, 2, 2, 2, 2].map((format) => ({ format })));
  });

  it('are the same for equal values, whatever the order of their fields', () => {
    const entry = nextEntry(undefined, { kind: 'open' });
    const { change, id, epoch } = entry;
    expect(encodeEntry({ change, id, epoch })).toEqual(encodeEntry(entry));
    expect(utf8Decode(encodeEntry(entry))).toBe(
      '{"entry":{"change":{"kind":"open"},"epoch":1,"id":"e000000000000001"},"format":1}',
    );
  });
});

describe('bytes that are no entry', () => {
  const entry = { epoch: 2, id: idOf(1), change: { kind: 'open' } };
  it.each<[string, Uint8Array, string]>([
    ['garbage', Uint8Array.of(0xff, 0x00, 0x7b), 'metadata entry is not UTF-8'],
    ['no JSON', utf8Encode('{"format":1'), 'metadata entry is not JSON'],
    ['null', utf8Encode('null'), 'metadata entry is not an object'],
    ['no format', asText({ entry }), 'metadata entry.format is missing'],
    ['a later format', asText({ format: 4, entry, more: 1 }), 'has format 4'],
    [
      'a missing field',
      asText({ format: 1, entry: { ...entry, id: undefined } }),
      'entry.id is missing',
    ],
    ['an unknown field', asText({ format: 1, entry: { ...entry, at: 1 } }), 'unknown field "at"'],
    [
      'an unknown kind',
      asText({ format: 1, entry: { ...entry, change: { kind: 'split' } } }),
      '"split"',
    ],
    ['a fraction', asText({ format: 1, entry: { ...entry, epoch: 1.5 } }), 'epoch is not a whole'],
    ['a negative', asText({ format: 1, entry: { ...entry, epoch: -1 } }), 'epoch is not a whole'],
    [
      'a list that is none',
      asText({ format: 1, entry: { ...entry, change: { kind: 'voters', voters: 'x' } } }),
      'change.voters is not a list',
    ],
    [
      'a prototype in disguise',
      utf8Encode(
        '{"format":1,"entry":{"__proto__":{},"epoch":2,"id":"x","change":{"kind":"open"}}}',
      ),
      'unknown field "__proto__"',
    ],
  ])('%s', (_what, bytes, message) => {
    expect(() => decodeEntry(bytes)).toThrow(
      expect.objectContaining({ code: 'KV_FORMAT_UNKNOWN' }),
    );
    expect(() => decodeEntry(bytes)).toThrow(message);
  });
});
