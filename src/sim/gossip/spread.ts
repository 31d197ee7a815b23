import { LIMITS } from '../../node/core/limits.js';
import { factOf, stateFact } from '../../node/core/membership/endpoint-state.js';
import { EndpointTable } from '../../node/core/membership/endpoint-table.js';
import { FACT } from '../../node/core/membership/fact-names.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
} from '../../node/core/membership/gossip.js';
import { selectPeers } from '../../node/core/membership/peer-selection.js';
import { Prng } from '../../stdx/prng.js';
import { idOf } from './gossip-members.js';
import type { LivenessScene } from './liveness-run.js';
import { standingEndpoint } from './standing-endpoint.js';

/** What an exchange brings to both sides, applied at the end of the round. */
type Effect = () => void;

const NEWS = '2';
const ORIGIN = 0;
/** Far beyond any cluster that hears of it at all. */
const ROUNDS_MOST = 1_000;

/**
 * Rounds until an update of one node has reached every node, with the digests, the deltas and the choice of peers of
 * production. In a round all nodes at once exchange with three peers each on what they knew when it began, which real nodes,
 * whose rounds begin at different moments, improve on. Each of the three messages of an exchange may be lost.
 * Tables hold the updated node and the own one: a change of state goes ahead of all else, so the rest makes no difference.
 */
export function roundsToReachAll({ nodes, loss, seed }: LivenessScene): number {
  const prng = Prng.named(`gossip ${nodes} ${loss} ${seed}`);
  const tables = sparseTables(nodes);
  const byId = new Map(tables.map((table) => [table.selfId, table]));
  const live = [...byId.keys()];
  for (let round = 1; round < ROUNDS_MOST; round++) {
    const effects: Effect[] = [];
    for (const a of tables) {
      const peers = selectPeers({ live, down: [], seeds: [] }, LIMITS.gossipFanout, (bound) =>
        prng.int(bound),
      );
      for (const peer of peers) {
        const b = byId.get(peer);
        if (b !== undefined && b !== a) effects.push(exchange([a, b], round, { prng, loss }));
      }
    }
    for (const effect of effects) effect();
    if (tables.every(hasNews)) return round;
  }
  return ROUNDS_MOST;
}

/** Tables that know themselves and the first node, which has just changed its epoch. */
function sparseTables(nodes: number): readonly EndpointTable[] {
  const before = standingEndpoint(ORIGIN, 1);
  const tables = Array.from({ length: nodes }, (_, node) => {
    const table = new EndpointTable(standingEndpoint(node, 0));
    // Its own state is not news to anybody here: nobody else admits it.
    table.admitOnly(new Set([before.nodeId]));
    if (node !== ORIGIN) applyDeltas(table, [before], -Infinity);
    return table;
  });
  tables[ORIGIN]?.setSelf(stateFact(before, FACT.epoch, NEWS), 0);
  return tables;
}

function hasNews(table: EndpointTable): boolean {
  const known = table.get(idOf(ORIGIN));
  return known !== undefined && factOf(known, FACT.epoch) === NEWS;
}

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
