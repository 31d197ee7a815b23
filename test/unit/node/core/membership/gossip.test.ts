import { describe, expect, it } from 'vitest';
import {
  ControlReply as WireReply,
  ControlRequest as WireRequest,
} from '../../../../../src/generated/kv/peer/v1/peer.js';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import { formatAddresses } from '../../../../../src/node/core/membership/address-fact.js';
import {
  beat,
  newEndpoint,
  stateFact,
  type EndpointState,
} from '../../../../../src/node/core/membership/endpoint-state.js';
import { EndpointTable } from '../../../../../src/node/core/membership/endpoint-table.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
} from '../../../../../src/node/core/membership/gossip.js';
import { deltaBytes, digestBytes } from '../../../../../src/node/core/membership/gossip-size.js';

const idOf = (i: number): string => i.toString(16).padStart(16, '0');

/** An endpoint as a real one: address, release, epoch, status; `beats` heartbeats old. */
function endpoint(i: number, beats = 1): EndpointState {
  let state = beat(newEndpoint({ nodeId: idOf(i), boot: 40, nonce: 'f'.repeat(16) }));
  const ports = {
    host: `node-${i}.storage.example`,
    clientPort: 7401,
    peerPort: 8401,
    httpPort: 9401,
  };
  state = stateFact(state, 'address', formatAddresses(ports));
  state = stateFact(state, 'release', '0.1.0');
  state = stateFact(state, 'epoch', '1044');
  state = stateFact(state, 'status', 'running');
  for (let round = 0; round < beats; round++) state = beat(state);
  return state;
}

/** A table of `size` nodes that knows all but the ones left out; beats differ by `beats`. */
function table(
  self: number,
  size: number,
  { beats = 1, without = new Set<number>() } = {},
): EndpointTable {
  const made = new EndpointTable(endpoint(self, beats));
  const ids = Array.from({ length: size }, (_, i) => i);
  made.admitOnly(new Set(ids.map(idOf)));
  const known = ids.filter((i) => i !== self && !without.has(i));
  applyDeltas(
    made,
    known.map((i) => endpoint(i, beats)),
    0,
  );
  return made;
}

const OLD = 1000;
const turn = { rotation: 17, round: OLD };

function wireBytes(answer: ReturnType<typeof answerDigests>): number {
  const deltas = answer.deltas.map((delta) => ({ ...delta, facts: [...delta.facts] }));
  const value = { deltas, wanted: [...answer.wanted], wallMs: 1.7e12 };
  return WireReply.encode({ id: 77, body: { $case: 'gossipDeltas', value } }).finish().length;
}

describe('a gossip message', () => {
  it('stays under 64 KiB with 1000 nodes, however much there is to say, and is never larger than reckoned', () => {
    const [old, fresh] = [table(1, 1000), table(2, 1000, { beats: 9 })];
    const empty = table(3, 1000, { without: new Set(Array.from({ length: 1000 }, (_, i) => i)) });
    for (const [asking, answering] of [
      [old, fresh],
      [fresh, old],
      [empty, fresh],
      [fresh, empty],
    ] as const) {
      const digests = makeDigests(asking, turn);
      const value = { ...digests, digests: [...digests.digests], wallMs: 1.7e12 };
      const body = { $case: 'gossipDigests', value } as const;
      const request = WireRequest.encode({ id: 77, remainingMs: 2000, body }).finish();
      expect(request.length).toBeLessThanOrEqual(LIMITS.gossipMessageBytes);
      const answer = answerDigests(answering, { ...digests, from: asking.selfId }, turn);
      expect(wireBytes(answer)).toBeLessThanOrEqual(LIMITS.gossipMessageBytes);
      applyDeltas(asking, answer.deltas, OLD);
      const last = { deltas: deltasFor(asking, answer.wanted, turn), wanted: [] };
      expect(wireBytes(last)).toBeLessThanOrEqual(LIMITS.gossipMessageBytes);
    }
  });

  it('has its size reckoned as the wire has it, for any text and number', () => {
    const delta: EndpointState = {
      nodeId: idOf(5),
      boot: 4_294_967_295,
      nonce: 'ab'.repeat(8),
      heartbeat: 300,
      facts: [
        { name: 'release', value: 'größer €, 𝒳 and \ud800 alone', version: 128 },
        { name: 'long', value: 'x'.repeat(1000), version: 1 },
      ],
    };
    const wish = { deltas: [delta], wanted: [] };
    const encoded = wireBytes(wish) - wireBytes({ deltas: [], wanted: [] });
    expect(deltaBytes(delta)).toBeGreaterThanOrEqual(encoded);
    expect(deltaBytes(delta)).toBeLessThanOrEqual(encoded + 8);
    const digest = { nodeId: idOf(5), boot: 16_384, version: 127 };
    const digestEncoded =
      wireBytes({ deltas: [], wanted: [digest] }) - wireBytes({ deltas: [], wanted: [] });
    expect(digestBytes(digest)).toBe(digestEncoded);
  });

  it('carries a change of state and the own state before any mere heartbeat', () => {
    const [old, fresh] = [table(1, 1000), table(2, 1000, { beats: 9 })];
    const changed = stateFact(endpoint(700, 9), 'epoch', '1045');
    applyDeltas(fresh, [changed], OLD);
    const answer = answerDigests(
      fresh,
      { ...makeDigests(old, turn), from: old.selfId },
      {
        ...turn,
        budgetBytes: 600,
      },
    );
    expect(answer.deltas.slice(0, 2).map((delta) => delta.nodeId)).toEqual([idOf(2), idOf(700)]);
  });

  it('gives every heartbeat its turn when not all fit', () => {
    const [old, fresh] = [table(1, 100), table(2, 100, { beats: 9 })];
    const seen = new Set<string>();
    for (let rotation = 0; rotation < 100; rotation += 7) {
      const heard = { ...makeDigests(old, turn), from: old.selfId };
      const answer = answerDigests(fresh, heard, { rotation, round: OLD, budgetBytes: 1000 });
      expect(answer.deltas.length).toBeLessThan(20);
      for (const delta of answer.deltas) seen.add(delta.nodeId);
    }
    expect(seen.size).toBe(100);
  });

  it('asks for every newer state in turn when not all can be asked for at once', () => {
    const [old, fresh] = [table(1, 100), table(2, 100, { beats: 9 })];
    const seen = new Set<string>();
    for (let rotation = 0; rotation < 100; rotation += 7) {
      const heard = { ...makeDigests(fresh, turn), from: fresh.selfId };
      const answer = answerDigests(old, heard, { rotation, round: OLD, budgetBytes: 1000 });
      expect(answer.wanted.length).toBeLessThan(30);
      for (const { nodeId } of answer.wanted) seen.add(nodeId);
    }
    // Its own is among them: a newer state of oneself is how an old image or a clone learns what it is.
    expect(seen.size).toBe(100);
  });

  it('names, when not all digests fit, the own and the lately changed ones first, and gives the rest their turn', () => {
    const large = table(1, 4000);
    applyDeltas(large, [stateFact(endpoint(3999), 'epoch', '1045')], OLD);
    const seen = new Set<string>();
    for (let rotation = 0; rotation < 4000; rotation += 1000) {
      const { digests, complete } = makeDigests(large, { rotation, round: OLD });
      expect(complete).toBe(false);
      expect(
        digests
          .slice(0, 2)
          .map((digest) => digest.nodeId)
          .toSorted(),
      ).toEqual([idOf(1), idOf(3999)]);
      for (const digest of digests) seen.add(digest.nodeId);
    }
    expect(seen.size).toBe(4000);
  });

  it('pushes what changed lately to a node whose digests are a part of its table', () => {
    const [asking, answering] = [table(1, 10), table(2, 10)];
    applyDeltas(answering, [stateFact(endpoint(7), 'epoch', '1045')], OLD);
    const part = { digests: [{ nodeId: idOf(3), boot: 40, version: 6 }], complete: false };
    const answer = answerDigests(answering, { ...part, from: asking.selfId }, turn);
    expect(answer.deltas.map((delta) => delta.nodeId)).toEqual([idOf(7)]);
    const whole = answerDigests(answering, { ...part, complete: true, from: asking.selfId }, turn);
    expect(whole.deltas).toHaveLength(9);
  });
});

describe('applying deltas', () => {
  it('keeps out the nodes that are not members, but shows what they say', () => {
    const own = table(1, 3);
    const applied = applyDeltas(own, [endpoint(9)], 0);
    expect(applied.changes).toEqual([]);
    expect(applied.unknown).toEqual([endpoint(9)]);
    expect(own.size).toBe(3);
  });

  it('wants the state of a stranger who speaks, not of strangers it is told of', () => {
    const own = table(1, 3);
    const digests = [7, 8].map((i) => ({ nodeId: idOf(i), boot: 1, version: 4 }));
    const answer = answerDigests(own, { digests, complete: true, from: idOf(8) }, turn);
    expect(answer.wanted).toEqual([{ nodeId: idOf(8), boot: 0, version: 0 }]);
  });

  it('lets nobody change the own state, but shows what others hold of it', () => {
    const own = table(1, 3);
    const before = own.self();
    const clone = { ...before, nonce: 'e'.repeat(16), heartbeat: 99 };
    const applied = applyDeltas(own, [clone], 0);
    expect(applied.aboutSelf).toEqual([clone]);
    expect(own.self()).toBe(before);
  });

  it('drops what is known of a node that is no longer admitted', () => {
    const own = table(1, 3);
    own.admitOnly(new Set([idOf(2)]));
    expect(own.get(idOf(0))).toBeUndefined();
    expect(own.get(idOf(2))).toEqual(endpoint(2));
    expect(own.self()).toEqual(endpoint(1));
  });

  it('ignores and counts what no node of this protocol sends', () => {
    const own = table(1, 3);
    const fact = { name: 'epoch', value: '7', version: 90 };
    const wrong: EndpointState[] = [
      { ...endpoint(2), heartbeat: -1 },
      { ...endpoint(2), boot: 1.5 },
      { ...endpoint(2), facts: [{ ...fact, version: NaN }] },
      { ...endpoint(2), facts: [{ ...fact, value: 'x'.repeat(LIMITS.gossipFactBytes + 1) }] },
      {
        ...endpoint(2),
        facts: Array.from({ length: LIMITS.gossipFacts + 1 }, (_, i) => ({
          ...fact,
          name: `f${i}`,
        })),
      },
    ];
    expect(applyDeltas(own, wrong, 0)).toMatchObject({ changes: [], malformed: wrong.length });
    expect(own.get(idOf(2))).toEqual(endpoint(2));
  });

  it('tells a later start, a heartbeat and a fact apart', () => {
    const own = table(1, 3);
    const known = endpoint(2);
    const change = (delta: EndpointState) => {
      const [first] = applyDeltas(own, [delta], 0).changes;
      return {
        started: first?.started,
        beat: first?.beat,
        facts: first?.facts.map((fact) => fact.name),
      };
    };
    expect(change(beat(known))).toEqual({ started: false, beat: true, facts: [] });
    expect(change(stateFact(beat(known), 'epoch', '9'))).toEqual({
      started: false,
      beat: false,
      facts: ['epoch'],
    });
    const again = stateFact(newEndpoint({ ...known, boot: 41 }), 'status', 'running');
    expect(change(again)).toEqual({ started: true, beat: false, facts: ['status'] });
    expect(applyDeltas(own, [known], 0).changes).toEqual([]);
  });
});
