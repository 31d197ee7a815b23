import type { EndpointDelta, EndpointFact } from '../messages.js';
import { versionOf, type EndpointState } from './endpoint-state.js';
import type { EndpointTable } from './endpoint-table.js';
import { isVolatileFact } from './fact-names.js';
import { deltaBytes, deltaHeadBytes, factBytes } from './gossip-size.js';

/** What to send of an endpoint: all that is newer than version `after`, zero for all of it. */
export interface DeltaWish {
  readonly state: EndpointState;
  readonly after: number;
}

interface Packing {
  readonly rotation: number;
  readonly round: number;
  readonly budgetBytes: number;
}

/** As many of the wishes as fit: the own state, fresh changes, other changes, then heartbeats; within each, by rotation. */
export function packDeltas(
  table: EndpointTable,
  wishes: readonly DeltaWish[],
  { rotation, round, budgetBytes }: Packing,
): readonly EndpointDelta[] {
  const rank = ({ state, after }: DeltaWish): number => {
    if (state.nodeId === table.selfId) return 0;
    if (!hasStateAfter(state, after)) return 3;
    return table.isHot(state.nodeId, round) ? 1 : 2;
  };
  const packed: EndpointDelta[] = [];
  let left = budgetBytes;
  for (const wish of inTurn(wishes, rotation, rank)) {
    const delta = deltaWithin(wish, left);
    if (delta === undefined) continue;
    packed.push(delta);
    left -= deltaBytes(delta);
  }
  return packed;
}

/** The wishes of rank 0, 1, 2, 3; those of one rank beginning at a rotating place. */
function inTurn(
  wishes: readonly DeltaWish[],
  rotation: number,
  rank: (wish: DeltaWish) => number,
): readonly DeltaWish[] {
  const ranks: DeltaWish[][] = [[], [], [], []];
  for (const wish of wishes) ranks[rank(wish)]!.push(wish);
  const ordered: DeltaWish[] = [];
  for (const peers of ranks) {
    const start = peers.length === 0 ? 0 : rotation % peers.length;
    for (let i = start; i < peers.length; i++) ordered.push(peers[i]!);
    for (let i = 0; i < start; i++) ordered.push(peers[i]!);
  }
  return ordered;
}

function hasStateAfter(state: EndpointState, after: number): boolean {
  return (
    after === 0 || state.facts.some((fact) => fact.version > after && !isVolatileFact(fact.name))
  );
}

/**
 * The first part, in order of version, of what is newer than `after`; undefined when nothing of it fits.
 * The heartbeat is left out (zero) until every fact before it is in: a receiver must never take a version for complete that is not.
 */
function deltaWithin({ state, after }: DeltaWish, budgetBytes: number): EndpointDelta | undefined {
  const { nodeId, boot, nonce, heartbeat } = state;
  let left = budgetBytes - deltaHeadBytes(state);
  if (left < 0) return undefined;
  const facts: EndpointFact[] = [];
  let cut = Infinity;
  for (const fact of state.facts) {
    if (fact.version <= after) continue;
    left -= factBytes(fact);
    if (left < 0) {
      cut = fact.version;
      break;
    }
    facts.push(fact);
  }
  const sent = heartbeat < cut ? heartbeat : 0;
  if (facts.length === 0 && sent <= after && cut !== Infinity) return undefined;
  if (versionOf(state) <= after) return undefined;
  return { nodeId, boot, nonce, heartbeat: sent, facts };
}
