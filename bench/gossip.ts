import Table from 'cli-table3';
import { LIMITS } from '../src/node/core/limits.js';
import { formatAddresses } from '../src/node/core/membership/address-fact.js';
import {
  beat,
  factOf,
  newEndpoint,
  stateFact,
  type EndpointState,
} from '../src/node/core/membership/endpoint-state.js';
import { EndpointTable } from '../src/node/core/membership/endpoint-table.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
} from '../src/node/core/membership/gossip.js';
import { gossipBytes } from '../src/node/core/membership/gossip-size.js';
import { selectPeers } from '../src/node/core/membership/peer-selection.js';
import { Prng } from '../src/stdx/prng.js';

/**
 * Rounds until an update has reached every node, and the bytes of one exchange, with the production digests, deltas and
 * choice of peers: `node --import tsx bench/gossip.ts [--seeds 5] [--json]`.
 * In a round all nodes at once exchange with three peers each, on what they knew when the round began; each of the three
 * messages of an exchange may be lost. Tables hold the updated node and the own one, so that ten thousand of them fit in
 * memory; the sizes are those of full tables, one second of heartbeats apart.
 */
const SIZES = [300, 1000, 10_000];
const LOSSES = [0, 0.05, 0.2];

const flags = process.argv.slice(2);
const seedsFlag = flags.indexOf('--seeds');
const seeds = seedsFlag < 0 ? 5 : Number(flags[seedsFlag + 1]);

interface Spread {
  readonly nodes: number;
  readonly lossPercent: number;
  /** Of each seed, sorted. */
  readonly rounds: readonly number[];
}

interface Size {
  readonly nodes: number;
  readonly digestBytes: number;
  readonly answerBytes: number;
  readonly lastBytes: number;
}

const idOf = (i: number): string => i.toString(16).padStart(16, '0');
const indexOf = (id: string): number => Number.parseInt(id, 16);

/** A node as it is after its start: all facts stated, `beats` rounds ago. */
function endpoint(i: number, beats: number): EndpointState {
  const start = beat(newEndpoint({ nodeId: idOf(i), boot: 12, nonce: 'f'.repeat(16) }));
  const ports = { host: `10.0.0.${i % 250}`, clientPort: 7400, peerPort: 8400, httpPort: 9400 };
  const facts = {
    address: formatAddresses(ports),
    release: '0.1.0',
    epoch: '1',
    status: 'running',
  };
  let state = start;
  for (const [name, value] of Object.entries(facts)) state = stateFact(state, name, value);
  for (let round = 0; round < beats; round++) state = beat(state);
  return state;
}

/** Tables that know only themselves and the first node, which has just changed its epoch. */
function sparseTables(nodes: number): readonly EndpointTable[] {
  const updated = endpoint(0, 1);
  const tables = Array.from({ length: nodes }, (_, i) => {
    const table = new EndpointTable(endpoint(i, 0));
    // Its own state is not news to anybody here: nobody else admits it.
    table.admitOnly(new Set([updated.nodeId]));
    if (i > 0) applyDeltas(table, [updated], -Infinity);
    return table;
  });
  tables[0]?.setSelf(stateFact(updated, 'epoch', '2'), 0);
  return tables;
}

/** What an exchange brings to both sides, applied at the end of the round. */
type Effect = () => void;

function exchange(
  [a, b]: readonly [EndpointTable, EndpointTable],
  round: number,
  { prng, loss }: { readonly prng: Prng; readonly loss: number },
): Effect {
  const lost = (): boolean => prng.nextFloat() < loss;
  const turn = { rotation: prng.nextU32(), round };
  if (lost()) return () => undefined;
  const answer = answerDigests(b, { ...makeDigests(a, turn), from: a.selfId }, turn);
  if (lost()) return () => undefined;
  const last = lost() ? [] : deltasFor(a, answer.wanted, turn);
  return () => {
    applyDeltas(a, answer.deltas, round);
    applyDeltas(b, last, round);
  };
}

function roundsToReachAll(nodes: number, loss: number, seed: number): number {
  const prng = Prng.named(`gossip ${nodes} ${loss} ${seed}`);
  const tables = sparseTables(nodes);
  const live = tables.map((table) => table.selfId);
  const knows = (table: EndpointTable): boolean => {
    const known = table.get(idOf(0));
    return known !== undefined && factOf(known, 'epoch') === '2';
  };
  for (let round = 1; ; round++) {
    const effects: Effect[] = [];
    for (const a of tables) {
      const peers = selectPeers({ live, down: [], seeds: [] }, LIMITS.gossipFanout, (bound) =>
        prng.int(bound),
      );
      for (const peer of peers) {
        const b = tables[indexOf(peer)];
        if (b !== undefined && b !== a) effects.push(exchange([a, b], round, { prng, loss }));
      }
    }
    for (const effect of effects) effect();
    if (tables.every(knows)) return round;
  }
}

/** Full tables of which each knows one half of the heartbeats newer than the other. */
function sizesOf(nodes: number): Size {
  const ids = new Set(Array.from({ length: nodes }, (_, i) => idOf(i)));
  const [a, b] = [0, 1].map((half) => {
    const table = new EndpointTable(endpoint(half, 9));
    table.admitOnly(ids);
    const states = [...ids].map((_, i) => endpoint(i, i % 2 === half ? 9 : 8));
    applyDeltas(table, states, -Infinity);
    return table;
  }) as [EndpointTable, EndpointTable]; // Two halves make two tables.
  const turn = { rotation: 0, round: 1 };
  const digests = makeDigests(a, turn);
  const answer = answerDigests(b, { ...digests, from: a.selfId }, turn);
  return {
    nodes,
    digestBytes: gossipBytes(digests.digests, []),
    answerBytes: gossipBytes(answer.wanted, answer.deltas),
    lastBytes: gossipBytes([], deltasFor(a, answer.wanted, turn)),
  };
}

const spreads: Spread[] = [];
for (const nodes of SIZES) {
  for (const loss of LOSSES) {
    const rounds = Array.from({ length: seeds }, (_, seed) => roundsToReachAll(nodes, loss, seed));
    spreads.push({ nodes, lossPercent: loss * 100, rounds: rounds.sort((a, b) => a - b) });
  }
}
const sizes = SIZES.map(sizesOf);

if (flags.includes('--json')) {
  console.log(JSON.stringify({ fanout: LIMITS.gossipFanout, spreads, sizes }, null, 2));
} else {
  const rounds = new Table({ head: ['nodes', 'loss', 'rounds: median', 'worst', 'of seeds'] });
  for (const { nodes, lossPercent, rounds: taken } of spreads) {
    const median = taken[taken.length >> 1] ?? '-';
    rounds.push([nodes, `${lossPercent} %`, median, taken.at(-1) ?? '-', taken.length]);
  }
  const bytes = new Table({ head: ['nodes', 'digests', 'answer', 'last', 'per node and second'] });
  for (const { nodes, digestBytes, answerBytes, lastBytes } of sizes) {
    const perSecond = 2 * LIMITS.gossipFanout * (digestBytes + answerBytes + lastBytes);
    bytes.push([nodes, digestBytes, answerBytes, lastBytes, perSecond]);
  }
  console.log(`${rounds.toString()}\n${bytes.toString()}`);
}
