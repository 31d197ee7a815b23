import { describe, expect, it } from 'vitest';
import type { EndpointState } from '../../../../src/node/core/membership/endpoint-state.js';
import { EndpointTable } from '../../../../src/node/core/membership/endpoint-table.js';
import { FACT } from '../../../../src/node/core/membership/fact-names.js';
import { gossipBytes } from '../../../../src/node/core/membership/gossip-size.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
  type GossipTurn,
} from '../../../../src/node/core/membership/gossip.js';
import { helloOf, idOf } from '../../../../src/sim/gossip/gossip-members.js';
import {
  listCapacity,
  messageBytes,
  putAnswer,
  putDigests,
  putWanted,
} from '../../../../src/sim/gossip/model/heartbeat-exchange.js';
import { HeartbeatList } from '../../../../src/sim/gossip/model/heartbeat-list.js';
import { PairTable } from '../../../../src/sim/gossip/model/pair-table.js';
import { Prng } from '../../../../src/stdx/prng.js';

/** A heartbeat of a node that has run for a day; an even number, so that a fact fits before it. */
const LATE = 100_000;
/** Long after everything was new. */
const ROUND = 500;

/** Who exchanges, and the heartbeats that each of the two knows of every node. */
interface Scene {
  readonly nodes: number;
  readonly a: number;
  readonly b: number;
  readonly known: (observer: number, other: number) => number;
  readonly rotations: readonly [digests: number, answer: number, last: number];
}

/** What an exchange leaves: what both know then, and what the three messages weighed. */
interface Outcome {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly bytes: readonly number[];
}

/** `lead` is by how many rounds one side is ahead of the other in all it knows. */
function sceneOf(nodes: number, seed: number, lead = 0): Scene {
  const prng = Prng.named(`exchange ${nodes} ${seed}`);
  const [a = 0, b = 1] = prng.shuffle(Array.from({ length: nodes }, (_, i) => i));
  const ages = new Map<number, number>();
  for (let pair = 0; pair < nodes * nodes; pair++) {
    const observer = Math.floor(pair / nodes);
    if (observer === a) ages.set(pair, prng.int(4) + Math.max(0, -lead));
    if (observer === b) ages.set(pair, prng.int(4) + Math.max(0, lead));
  }
  return {
    nodes,
    a,
    b,
    known: (observer, other) =>
      observer === other ? LATE : LATE - 2 * (ages.get(observer * nodes + other) ?? 0),
    rotations: [prng.nextU32(), prng.nextU32(), prng.nextU32()],
  };
}

function byProduction({ nodes, a, b, known, rotations }: Scene): Outcome {
  const ids = new Set(Array.from({ length: nodes }, (_, node) => idOf(node)));
  const [tableA, tableB] = [a, b].map((observer) => {
    const table = new EndpointTable(stateOf(observer, known(observer, observer)));
    table.admitOnly(ids);
    const others = Array.from({ length: nodes }, (_, other) => other).filter((o) => o !== observer);
    applyDeltas(
      table,
      others.map((other) => stateOf(other, known(observer, other))),
      0,
    );
    return table;
  }) as [EndpointTable, EndpointTable]; // Two observers make two tables.
  const turn = (message: 0 | 1 | 2): GossipTurn => ({ rotation: rotations[message], round: ROUND });
  const digests = makeDigests(tableA, turn(0));
  const answer = answerDigests(tableB, { ...digests, from: idOf(a) }, turn(1));
  applyDeltas(tableA, answer.deltas, ROUND);
  const last = deltasFor(tableA, answer.wanted, turn(2));
  applyDeltas(tableB, last, ROUND);
  const knownTo = (table: EndpointTable): number[] =>
    [...ids].map((id) => table.get(id)?.heartbeat ?? 0);
  return {
    a: knownTo(tableA),
    b: knownTo(tableB),
    bytes: [
      gossipBytes(digests.digests, []),
      gossipBytes(answer.wanted, answer.deltas),
      gossipBytes([], last),
    ],
  };
}

function stateOf(node: number, heartbeat: number): EndpointState {
  const { nodeId, boot, nonce } = helloOf(node);
  const sequence = { name: FACT.sequence, value: '1000000', version: heartbeat - 1 };
  return { nodeId, boot, nonce, heartbeat, facts: [sequence] };
}

function byModel({ nodes, a, b, known, rotations }: Scene): Outcome {
  const pairs = new PairTable(nodes);
  for (const observer of [a, b])
    for (let other = 0; other < nodes; other++)
      pairs.heartbeats[observer * nodes + other] = known(observer, other);
  const list = (): HeartbeatList => new HeartbeatList(listCapacity(nodes));
  const [heard, wishes, deltas, wanted, last] = [list(), list(), list(), list(), list()];
  putDigests(pairs, { node: a, rotation: rotations[0] }, heard);
  putAnswer(pairs, { node: b, rotation: rotations[1] }, { heard, wishes, deltas, wanted });
  apply(pairs, a, deltas);
  putWanted(pairs, { node: a, rotation: rotations[2] }, { wanted, wishes, deltas: last });
  apply(pairs, b, last);
  const row = (node: number): number[] => [
    ...pairs.heartbeats.slice(node * nodes, (node + 1) * nodes),
  ];
  return {
    a: row(a),
    b: row(b),
    bytes: [
      messageBytes(heard.count, 0),
      messageBytes(wanted.count, deltas.count),
      messageBytes(0, last.count),
    ],
  };
}

function apply(pairs: PairTable, observer: number, deltas: HeartbeatList): void {
  for (let i = 0; i < deltas.count; i++) {
    const at = observer * pairs.nodes + deltas.nodes[i]!;
    pairs.heartbeats[at] = Math.max(pairs.heartbeats[at]!, deltas.heartbeats[i]!);
  }
}

describe('the exchange of the gossip model', () => {
  it.each([
    { nodes: 2, seeds: 10, what: 'two nodes' },
    { nodes: 7, seeds: 50, what: 'a few nodes' },
    { nodes: 300, seeds: 10, what: 'tables that fit in one message' },
    { nodes: 2000, seeds: 3, what: 'digests that fit, answers that do not' },
    { nodes: 3000, seeds: 3, what: 'digests of a part of the table' },
  ])(
    'leaves both sides with what production leaves them, by messages of the same size: $what',
    ({ nodes, seeds }) => {
      for (let seed = 0; seed < seeds; seed++) {
        const scene = sceneOf(nodes, seed);
        const [model, production] = [byModel(scene), byProduction(scene)];
        expect(model.bytes).toEqual(production.bytes);
        expect(model.a).toEqual(production.a);
        expect(model.b).toEqual(production.b);
      }
    },
  );

  it.each([-9, 9])('does so also when one side knows everything better: lead %i', (lead) => {
    for (const nodes of [50, 2000, 3000]) {
      const scene = sceneOf(nodes, 1, lead);
      expect(byModel(scene)).toEqual(byProduction(scene));
    }
  });

  it('fills a message when there is more to tell than fits, and never beyond', () => {
    for (const nodes of [2000, 3000]) {
      const { bytes } = byModel(sceneOf(nodes, 1));
      expect(Math.max(...bytes)).toBeGreaterThan(65_000);
      expect(Math.max(...bytes)).toBeLessThanOrEqual(65_536);
    }
  });
});
