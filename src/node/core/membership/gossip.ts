import { assert } from '../../../stdx/assert.js';
import { LIMITS } from '../limits.js';
import type { EndpointDelta, EndpointDigest, EndpointFact } from '../messages.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import { packDeltas, type DeltaWish } from './delta-packing.js';
import type { EndpointState } from './endpoint-state.js';
import type { EndpointChange, EndpointTable } from './endpoint-table.js';
import { digestBytes, GOSSIP_ENVELOPE_BYTES } from './gossip-size.js';

/**
 * Scuttlebutt reconciliation (van Renesse and others, 2008; Cassandra's gossip): digests say how much of each endpoint
 * is known, deltas bring the rest in order of version, so that a highest version always means "and all before it".
 * Whatever does not fit in a message comes later: state changes first, the rest by rotation.
 */

/** Where in the table a message begins, and the round it belongs to. */
export interface GossipTurn {
  /** Any whole number; a fresh one for each message lets everything have its turn. */
  readonly rotation: number;
  readonly round: number;
  /** Bytes of the message; LIMITS.gossipMessageBytes when not given. */
  readonly budgetBytes?: number | undefined;
}

export interface Digests {
  readonly digests: readonly EndpointDigest[];
  /** False when they are a part of the table. */
  readonly complete: boolean;
}

/** What a message is answered with: what the other side lacks, and from where on we lack something. */
export interface GossipAnswer {
  readonly deltas: readonly EndpointDelta[];
  readonly wanted: readonly EndpointDigest[];
}

export interface AppliedDeltas {
  readonly changes: readonly EndpointChange[];
  /** What others say of this node: of interest only when it contradicts what this node is. */
  readonly aboutSelf: readonly EndpointDelta[];
  /** States of nodes that the table does not admit. */
  readonly unknown: readonly EndpointDelta[];
  /** Deltas that no node of this protocol sends; they were ignored. */
  readonly malformed: number;
}

/** Digests of the whole table, or, beyond the budget, of what changed lately and of a rotating part of the rest. */
export function makeDigests(table: EndpointTable, turn: GossipTurn): Digests {
  const digests = table.digests();
  const budget = budgetOf(turn);
  const bytes = digests.reduce((sum, digest) => sum + digestBytes(digest), 0);
  if (bytes <= budget) return { digests, complete: true };
  const rotated = rotate(digests, turn.rotation);
  const urgent = ({ nodeId }: EndpointDigest): boolean =>
    nodeId === table.selfId || table.isHot(nodeId, turn.round);
  const ordered = [...rotated.filter(urgent), ...rotated.filter((digest) => !urgent(digest))];
  return { digests: takeDigests(ordered, budget), complete: false };
}

/** Deltas of all that `heard` shows to be lacking, and digests of what it shows to be newer there; both within one message. */
export function answerDigests(
  table: EndpointTable,
  heard: Digests & { readonly from: NodeId },
  turn: GossipTurn,
): GossipAnswer {
  const wanted: EndpointDigest[] = [];
  const wishes: DeltaWish[] = [];
  let matched = 0;
  for (const digest of heard.digests) {
    const known = table.digestOf(digest.nodeId);
    if (known === undefined) {
      // A stranger's own state is worth reading for the epoch it names, though it is not kept.
      if (table.admits(digest.nodeId) || digest.nodeId === heard.from)
        wanted.push({ nodeId: digest.nodeId, boot: 0, version: 0 });
      continue;
    }
    matched += 1;
    const order = compareDigests(known, digest);
    if (order > 0) wishes.push(wishFor(table, digest));
    else if (order < 0) wanted.push(known);
  }
  if (matched < table.size)
    for (const state of unmentioned(table, heard, turn)) wishes.push({ state, after: 0 });
  const budget = budgetOf(turn);
  // Digests of a part of a table come in an order that already rotates, with what is urgent first.
  const inTurn = heard.complete ? rotate(wanted, turn.rotation) : wanted;
  const asked = takeDigests(inTurn, budget / 2);
  const askedBytes = asked.reduce((sum, digest) => sum + digestBytes(digest), 0);
  const packing = { ...turn, budgetBytes: budget - askedBytes };
  return { deltas: packDeltas(table, wishes, packing), wanted: asked };
}

/** Deltas of what the other side asked for, as far as this node has it. */
export function deltasFor(
  table: EndpointTable,
  wanted: readonly EndpointDigest[],
  turn: GossipTurn,
): readonly EndpointDelta[] {
  const wishes = wanted
    .filter((digest) => {
      const known = table.digestOf(digest.nodeId);
      return known !== undefined && compareDigests(known, digest) > 0;
    })
    .map((digest) => wishFor(table, digest));
  return packDeltas(table, wishes, { ...turn, budgetBytes: budgetOf(turn) });
}

/** Merges what was heard; the order of deltas, and of messages, makes no difference to the result. */
export function applyDeltas(
  table: EndpointTable,
  deltas: readonly EndpointDelta[],
  round: number,
): AppliedDeltas {
  const changes: EndpointChange[] = [];
  const aboutSelf: EndpointDelta[] = [];
  const unknown: EndpointDelta[] = [];
  let malformed = 0;
  for (const delta of deltas) {
    if (!isWellFormed(delta)) malformed += 1;
    else if (delta.nodeId === table.selfId) aboutSelf.push(delta);
    else if (!table.admits(delta.nodeId)) unknown.push(delta);
    else {
      const change = table.merge(delta, round);
      if (change !== undefined) changes.push(change);
    }
  }
  return { changes, aboutSelf, unknown, malformed };
}

/** Positive when `a` stands for more of the endpoint than `b`. */
function compareDigests(a: EndpointDigest, b: EndpointDigest): number {
  return a.boot - b.boot || a.version - b.version;
}

/** What is known here beyond the digest: everything, when the digest is of an earlier boot. */
function wishFor(table: EndpointTable, digest: EndpointDigest): DeltaWish {
  const state = table.get(digest.nodeId);
  assert(state !== undefined, 'a wish is for a state of the table');
  return { state, after: state.boot === digest.boot ? digest.version : 0 };
}

/** What the other side did not name: unknown to it when it named all it has, else perhaps unknown and worth pushing while new. */
function unmentioned(table: EndpointTable, heard: Digests, turn: GossipTurn): EndpointState[] {
  const named = new Set(heard.digests.map((digest) => digest.nodeId));
  return table
    .states()
    .filter(({ nodeId }) => !named.has(nodeId))
    .filter(({ nodeId }) => heard.complete || table.isHot(nodeId, turn.round));
}

function takeDigests(digests: readonly EndpointDigest[], budget: number): EndpointDigest[] {
  const taken: EndpointDigest[] = [];
  let left = budget;
  for (const digest of digests) {
    left -= digestBytes(digest);
    if (left < 0) break;
    taken.push(digest);
  }
  return taken;
}

function rotate<T>(items: readonly T[], rotation: number): readonly T[] {
  const start = items.length === 0 ? 0 : rotation % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function budgetOf(turn: GossipTurn): number {
  return (turn.budgetBytes ?? LIMITS.gossipMessageBytes) - GOSSIP_ENVELOPE_BYTES;
}

function isWellFormed({ boot, heartbeat, facts }: EndpointDelta): boolean {
  return (
    isCount(boot) &&
    isCount(heartbeat) &&
    facts.length <= LIMITS.gossipFacts &&
    facts.every(isWellFormedFact)
  );
}

function isWellFormedFact({ name, value, version }: EndpointFact): boolean {
  return (
    isCount(version) &&
    name.length <= LIMITS.gossipFactBytes &&
    value.length <= LIMITS.gossipFactBytes
  );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
