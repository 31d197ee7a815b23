import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterMetadata } from '../../src/node/core/metadata/cluster-metadata.js';
import { canonicalJson } from '../../src/node/core/metadata/canonical-json.js';
import {
  decodeSnapshot,
  encodeEntry,
  encodeSnapshot,
} from '../../src/node/core/metadata/metadata-codec.js';
import { effectiveReplication } from '../../src/node/core/metadata/replication.js';
import { nextVoters, targetVoters, voterCountFor } from '../../src/node/core/metadata/voters.js';
import { after, clusterOf, idOf, nextEntry, nodeOf } from '../unit/node/core/metadata/states.js';

const place = fc.record({
  host: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
  rack: fc.constantFrom('a', 'b', 'c'),
  dc: fc.constantFrom('x', 'y'),
});
const cluster = fc
  .array(place, { minLength: 1, maxLength: 12 })
  .map((places) => clusterOf(places.map((at, i) => nodeOf(i + 1, at))));

/** Walks to the target; fails when that takes more steps than voters can need. */
function settle(state: ClusterMetadata): ClusterMetadata {
  let settled = state;
  for (let steps = 0; steps <= 10; steps++) {
    const voters = nextVoters(settled);
    if (voters === undefined) return settled;
    settled = after(settled, { kind: 'voters', voters });
  }
  throw new Error('the voters do not come to rest');
}

describe('voters', () => {
  it('reach the target by entries that all apply, wherever they begin, and rest there', () => {
    fc.assert(
      fc.property(cluster, cluster, (first, second) => {
        for (const state of [settle(first), settle({ ...second, voters: [idOf(1)] })])
          expect(state.voters).toEqual(targetVoters(state.members));
      }),
    );
  });

  it('are an odd number of normal members once they rest, whoever is removed', () => {
    fc.assert(
      fc.property(cluster, fc.array(fc.nat(11), { maxLength: 8 }), (begun, removals) => {
        let state = settle(begun);
        for (const n of removals) {
          const gone = state.members[n];
          const left = state.members.filter((member) => member.state === 'normal');
          if (gone?.state !== 'normal' || left.length < 2) continue;
          const alone = state.voters.length === 1 && state.voters[0] === gone.nodeId;
          if (alone) continue;
          state = settle(after(state, { kind: 'remove', nodeId: gone.nodeId }));
        }
        const normal = state.members.filter((member) => member.state === 'normal');
        expect(state.voters).toHaveLength(voterCountFor(normal.length));
        for (const id of state.voters) expect(normal.map((member) => member.nodeId)).toContain(id);
      }),
    );
  });

  it('crowd no data centre, and no rack, while another has room', () => {
    fc.assert(
      fc.property(cluster, ({ members }) => {
        const chosen = targetVoters(members);
        const inDc = (dc: string, ids: readonly string[]): number =>
          members.filter((member) => member.dc === dc && ids.includes(member.nodeId)).length;
        const all = members.map((member) => member.nodeId);
        for (const [a, b] of [
          ['x', 'y'],
          ['y', 'x'],
        ] as const) {
          const room = inDc(b, all) > inDc(b, chosen);
          if (room) expect(inDc(a, chosen)).toBeLessThanOrEqual(inDc(b, chosen) + 1);
        }
      }),
    );
  });
});

describe('the state of a cluster', () => {
  it('survives its bytes, and equal states have equal bytes', () => {
    fc.assert(
      fc.property(cluster, (state) => {
        const bytes = encodeSnapshot(state);
        expect(decodeSnapshot(bytes)).toEqual(state);
        expect(encodeSnapshot(decodeSnapshot(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has in each data centre as many copies as asked for, or as nodes', () => {
    fc.assert(
      fc.property(cluster, fc.integer({ min: 1, max: 7 }), (state, factor) => {
        const settings = { ...state.settings, defaultReplicationFactor: factor };
        const namespace = state.namespaces[0]!;
        const copies = effectiveReplication({ ...state, settings }, namespace);
        for (const dc of new Set(state.members.map((member) => member.dc))) {
          const nodes = state.members.filter((member) => member.dc === dc).length;
          expect(copies[dc]).toBe(Math.min(factor, nodes));
        }
        const named = { ...namespace, replication: { x: factor } };
        expect(effectiveReplication(state, named)['y'] ?? 0).toBe(0);
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('reads as the value, in one text whatever the order of the fields', () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.boolean(),
        fc.maxSafeInteger().map((n) => n + 0),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(value, (original) => {
        const text = canonicalJson(original);
        expect(JSON.parse(text)).toEqual(original);
        expect(canonicalJson(reversed(original))).toBe(text);
      }),
    );
  });

  it('refuses what would not come back', () => {
    for (const lossy of [0.5, NaN, Infinity, 2 ** 60, null, undefined, () => 1])
      expect(() => canonicalJson({ lossy: [lossy] })).toThrow();
  });
});

it('an entry is told from every other by its bytes', () => {
  const texts = new Set(
    ['open', 'remove'].flatMap((kind) =>
      [1, 2].map((n) =>
        encodeEntry(
          nextEntry(undefined, kind === 'open' ? { kind } : { kind: 'remove', nodeId: idOf(n) }),
        ).join(),
      ),
    ),
  );
  expect(texts.size).toBe(3);
});

/** The same value with the fields of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    reversed(member),
  ]);
  return Object.fromEntries(entries.reverse());
}
