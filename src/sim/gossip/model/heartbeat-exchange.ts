import { LIMITS } from '../../../node/core/limits.js';
import { FACT } from '../../../node/core/membership/fact-names.js';
import {
  deltaBytes,
  digestBytes,
  GOSSIP_ENVELOPE_BYTES,
} from '../../../node/core/membership/gossip-size.js';
import { helloOf } from '../gossip-members.js';
import type { HeartbeatList } from './heartbeat-list.js';
import type { PairTable } from './pair-table.js';

/** A heartbeat after a day: numbers on the wire are longer when they are greater. */
const LATE_HEARTBEAT = 100_000;
const BUDGET_BYTES = LIMITS.gossipMessageBytes - GOSSIP_ENVELOPE_BYTES;

const { nodeId, boot, nonce } = helloOf(1);
/** Bytes of one digest, and of one delta of a node that states the sequence of its store every second. */
const DIGEST_BYTES = digestBytes({ nodeId, boot, version: LATE_HEARTBEAT });
const DELTA_BYTES = deltaBytes({
  nodeId,
  boot,
  nonce,
  heartbeat: LATE_HEARTBEAT,
  facts: [{ name: FACT.sequence, value: String(1_000_000), version: LATE_HEARTBEAT }],
});

/** Digests that fit in one message. */
const DIGESTS_MOST = Math.floor(BUDGET_BYTES / DIGEST_BYTES);

/** One side of an exchange: whose row, and where its messages begin, as a `GossipTurn` says. */
export interface Side {
  readonly node: number;
  readonly rotation: number;
}

/** How many digests and deltas a message may hold for so many nodes. */
export function listCapacity(nodes: number): number {
  return Math.min(nodes, DIGESTS_MOST);
}

/** Bytes of a message that holds so many digests and deltas. */
export function messageBytes(digests: number, deltas: number): number {
  return GOSSIP_ENVELOPE_BYTES + digests * DIGEST_BYTES + deltas * DELTA_BYTES;
}

/** What `makeDigests` does, for a cluster in which nothing but heartbeats is new: all of the table, or itself and a part that rotates. */
export function putDigests(pairs: PairTable, { node, rotation }: Side, into: HeartbeatList): void {
  const { nodes, heartbeats } = pairs;
  const row = node * nodes;
  const most = listCapacity(nodes);
  const complete = nodes <= most;
  if (!complete) into.add(node, heartbeats[row + node]!);
  let place = complete ? 0 : rotation % nodes;
  for (let seen = 0; seen < nodes && into.count < most; seen++) {
    const other = atPlace(place, node);
    if (complete || other !== node) into.add(other, heartbeats[row + other]!);
    place = place + 1 === nodes ? 0 : place + 1;
  }
}

/** The node that stands at a place of the table of `self`: itself first, then the others by number. */
function atPlace(place: number, self: number): number {
  if (place === 0) return self;
  return place <= self ? place - 1 : place;
}

/** What `answerDigests` does: deltas of what is newer here, and what is newer there and wanted, both in one message. */
export function putAnswer(
  pairs: PairTable,
  { node, rotation }: Side,
  { heard, wishes, deltas, wanted }: AnswerLists,
): void {
  const { nodes, heartbeats } = pairs;
  const row = node * nodes;
  wishes.count = 0;
  const lacking = deltas; // Filled for good below, once it is known how much is wanted.
  for (let i = 0; i < heard.count; i++) {
    const other = heard.nodes[i]!;
    const known = heartbeats[row + other]!;
    if (known > heard.heartbeats[i]!) wishes.add(other, known);
    else if (known < heard.heartbeats[i]!) lacking.add(other, known);
  }
  const complete = heard.count === nodes;
  takeRotated(lacking, complete ? rotation : 0, {
    most: Math.floor(BUDGET_BYTES / 2 / DIGEST_BYTES),
    into: wanted,
  });
  lacking.count = 0;
  pack(
    wishes,
    { node, rotation },
    { left: BUDGET_BYTES - wanted.count * DIGEST_BYTES, into: deltas },
  );
}

export interface AnswerLists {
  readonly heard: HeartbeatList;
  /** Room to work in. */
  readonly wishes: HeartbeatList;
  readonly deltas: HeartbeatList;
  readonly wanted: HeartbeatList;
}

/** What `deltasFor` does: deltas of what the other side asked for, as far as it is newer here. */
export function putWanted(
  pairs: PairTable,
  { node, rotation }: Side,
  { wanted, wishes, deltas }: Pick<AnswerLists, 'wanted' | 'wishes' | 'deltas'>,
): void {
  const row = node * pairs.nodes;
  wishes.count = 0;
  for (let i = 0; i < wanted.count; i++) {
    const other = wanted.nodes[i]!;
    const known = pairs.heartbeats[row + other]!;
    if (known > wanted.heartbeats[i]!) wishes.add(other, known);
  }
  pack(wishes, { node, rotation }, { left: BUDGET_BYTES, into: deltas });
}

/** What `packDeltas` does: the own heartbeat first, then the others by rotation, as many as fit. */
function pack(
  wishes: HeartbeatList,
  { node, rotation }: Side,
  { left, into }: { readonly left: number; readonly into: HeartbeatList },
): void {
  let most = Math.floor(left / DELTA_BYTES);
  let others = 0;
  for (let i = 0; i < wishes.count; i++) {
    if (wishes.nodes[i] === node) {
      if (most > 0) into.add(node, wishes.heartbeats[i]!);
      most -= 1;
    } else {
      wishes.nodes[others] = wishes.nodes[i]!;
      wishes.heartbeats[others] = wishes.heartbeats[i]!;
      others += 1;
    }
  }
  wishes.count = others;
  takeRotated(wishes, rotation, { most, into });
}

function takeRotated(
  list: HeartbeatList,
  rotation: number,
  { most, into }: { readonly most: number; readonly into: HeartbeatList },
): void {
  let at = list.count === 0 ? 0 : rotation % list.count;
  for (let left = Math.min(most, list.count); left > 0; left--) {
    into.add(list.nodes[at]!, list.heartbeats[at]!);
    at = at + 1 === list.count ? 0 : at + 1;
  }
}
