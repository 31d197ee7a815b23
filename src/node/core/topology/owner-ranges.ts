import type { Namespace } from '../metadata/cluster-metadata.js';
import type { Ring } from '../ring/ring.js';
import type { Token } from '../ring/token.js';
import type { Owners } from './owners.js';

/** A piece of the ring whose tokens have the same owners, now and after the plan; it may wrap. */
export interface OwnedRange {
  readonly start: Token;
  /** Not included; the whole ring when it is the start. */
  readonly end: Token;
  readonly owners: Owners;
}

/** What the pieces of a ring follow from. */
export interface RangeView {
  readonly ring: Ring;
  readonly planned: { readonly ring: Ring } | undefined;
  readonly ownersOf: (namespace: Namespace, token: Token) => Owners;
}

/** The whole ring, cut at the tokens that are and at those of the plan, in the order of the starts. */
export function ownedRanges(view: RangeView, namespace: Namespace): readonly OwnedRange[] {
  return cutsOf(view).map(([start, end]) => ({
    start,
    end,
    owners: view.ownersOf(namespace, start),
  }));
}

/** Where the ring is cut: pieces [start, end) that each lie in one range of both rings. */
export function cutsOf({
  ring,
  planned,
}: Pick<RangeView, 'ring' | 'planned'>): readonly (readonly [Token, Token])[] {
  const starts = ring.ranges().map(({ start }) => start);
  if (planned !== undefined) starts.push(...planned.ring.ranges().map(({ start }) => start));
  const cuts = planned === undefined ? starts : [...new Set(starts)].sort((a, b) => a - b);
  return cuts.map((start, i) => [start, cuts[(i + 1) % cuts.length]!]);
}
