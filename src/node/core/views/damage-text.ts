import { LIMITS } from '../limits.js';
import type { RottenReport } from './damage-views.js';

/** What of a store is rotten, and what to do about it, to go behind the name of a node. */
export function rottenText({ rotten, unhealed }: RottenReport): string {
  const atLeast = rotten >= LIMITS.rottenRemembered ? 'at least ' : '';
  const copies = rotten === 1 ? '1 rotten copy' : `${rotten} rotten copies`;
  const left = unhealed === 0 ? 'healed since' : `${unhealed} not healed yet`;
  return `met ${atLeast}${copies} in its store within a day, ${left}: check its disk, and replace it if more come`;
}

/** The same of parts that cannot be read at all. */
export function unreadableText(parts: number): string {
  const found = parts === 1 ? 'a part' : `${parts} parts`;
  return `has ${found} in its store that cannot be read at all: check its disk, then replace the node, or start it again with --accept-loss`;
}
