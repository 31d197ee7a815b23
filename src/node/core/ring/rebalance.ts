import type { NodeId } from '../metadata/cluster-metadata.js';
import { imbalanceOf, ownershipOf, type NodeOwnership } from './ownership.js';
import type { Replication } from './placement.js';
import { Ring, type RingMember } from './ring.js';
import type { Token } from './token.js';

/** A token that another node is to own, where it is. */
export interface TokenMove {
  readonly token: Token;
  readonly to: NodeId;
}

export interface RebalanceOptions {
  readonly replication: Replication;
  /** What the most loaded node of a rack holds over the mean of the rack is no more than this in the end, if that can be had. */
  readonly target: number;
}

/** Tokens that are moved at most: beyond that it is no adjustment any more. */
const MOVES_MOST = 256;
/** Tokens of the most loaded node that are tried for each move. */
const TRIALS = 24;
/** Tokens that are looked at in all, so that it ends within seconds on the largest rings. */
const WORK_MOST = 8_000_000;

/**
 * Few tokens to hand from the most loaded nodes to the least loaded ones of their racks, so that what nodes hold is even inside each rack; no token
 * changes its place, so that little is moved. Empty when the ring is even enough, or no move makes it more even. Racks of different size force
 * different shares, which nothing here can change. The same ring gives the same moves.
 */
export function rebalanceMoves(
  ring: Ring,
  { replication, target }: RebalanceOptions,
): readonly TokenMove[] {
  const moves = new Map<Token, NodeId>();
  const stuck = new Set<string>();
  let current = ring;
  let owners = ownershipOf(current, replication);
  let work = 0;
  while (moves.size < MOVES_MOST && work < WORK_MOST) {
    const rack = unevenest(owners, target, stuck);
    if (rack === undefined) break;
    const tried = triedMoves(rack).map((move) => {
      work += current.size;
      const after = withMoves(current, [move]);
      return { move, after, owners: ownershipOf(after, replication) };
    });
    const before = unevenness(owners);
    const [best] = tried.sort((a, b) => unevenness(a.owners) - unevenness(b.owners));
    if (best === undefined || unevenness(best.owners) >= before) {
      stuck.add(rack.key);
      continue;
    }
    moves.set(best.move.token, best.move.to);
    current = best.after;
    owners = best.owners;
  }
  return [...moves].flatMap(([token, to]) =>
    ring.members.some(({ nodeId, tokens }) => nodeId === to && tokens.includes(token))
      ? []
      : [{ token, to }],
  );
}

/** The ring with some tokens in other hands. */
export function withMoves(ring: Ring, moves: readonly TokenMove[]): Ring {
  return Ring.of(afterMoves(ring.members, moves));
}

/** The members with some tokens in other hands; who has none in hand of what is to be handed on loses nothing. */
export function afterMoves<M extends Pick<RingMember, 'nodeId' | 'tokens'>>(
  members: readonly M[],
  moves: readonly TokenMove[],
): readonly M[] {
  const to = new Map(moves.map((move) => [move.token, move.to]));
  return members.map((member) => {
    const kept = member.tokens.filter(
      (token) => (to.get(token) ?? member.nodeId) === member.nodeId,
    );
    const given = moves.flatMap((move) =>
      move.to === member.nodeId && !member.tokens.includes(move.token) ? [move.token] : [],
    );
    if (given.length === 0 && kept.length === member.tokens.length) return member;
    return { ...member, tokens: [...kept, ...given].sort((a, b) => a - b) };
  });
}

interface UnevenRack {
  readonly key: string;
  readonly most: NodeOwnership;
  readonly least: NodeOwnership;
}

/** The rack in which the most loaded node is furthest above the mean; undefined when all are even enough. */
function unevenest(
  owners: readonly NodeOwnership[],
  target: number,
  stuck: ReadonlySet<string>,
): UnevenRack | undefined {
  const racks = new Map<string, NodeOwnership[]>();
  for (const owner of owners) {
    if (owner.member.tokens.length === 0) continue;
    const key = JSON.stringify([owner.member.dc, owner.member.rack]);
    racks.set(key, [...(racks.get(key) ?? []), owner]);
  }
  let worst: (UnevenRack & { readonly imbalance: number }) | undefined;
  for (const [key, nodes] of racks) {
    const imbalance = imbalanceOf(nodes.map(({ replicated }) => replicated));
    if (stuck.has(key) || imbalance <= Math.max(target, worst?.imbalance ?? 1)) continue;
    const sorted = [...nodes].sort((a, b) => a.replicated - b.replicated);
    worst = { key, most: sorted[sorted.length - 1]!, least: sorted[0]!, imbalance };
  }
  return worst;
}

/** Some of the tokens of the most loaded node, spread over all of them; it keeps one at least. */
function triedMoves({ most, least }: UnevenRack): readonly TokenMove[] {
  const { tokens } = most.member;
  if (tokens.length < 2) return [];
  const step = Math.max(1, tokens.length / TRIALS);
  const tried = Array.from(
    { length: Math.min(TRIALS, tokens.length) },
    (_, i) => tokens[Math.floor(i * step)]!,
  );
  return tried.map((token) => ({ token, to: least.member.nodeId }));
}

/** The sum of squares of what nodes hold: of shares with the same sum it is least when they are even. */
function unevenness(owners: readonly NodeOwnership[]): number {
  return owners.reduce((sum, { replicated }) => sum + replicated * replicated, 0);
}
