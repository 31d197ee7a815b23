import { LruCache } from '../../stdx/lru-cache.js';
import { unreachable } from '../../stdx/unreachable.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';

/** What is known of one start of a node. */
export interface SeenStart {
  readonly boot: number;
  readonly nonce: string;
  /** Highest durable store sequence heard of, in this start or an earlier one. */
  readonly sequence: number;
  /** The highest boot for which two nonces were seen; 0 when none was. */
  readonly clonedBoot: number;
}

/** A node as a hello, or gossip, states it. */
export interface StartClaim {
  readonly nodeId: NodeId;
  readonly boot: number;
  readonly nonce: string;
  /** Undefined when it was not told. */
  readonly sequence: number | undefined;
  /** True when the node itself said so; false for gossip at second hand, which may be old. */
  readonly direct: boolean;
}

export type StartVerdict = 'plausible' | 'stale' | 'rolled-back' | 'clone';

/**
 * Judges a claim by what was seen before, and says what is known after it.
 *
 * - Same boot, same nonce: the same process. Its messages may overtake each other, so a lower sequence proves nothing.
 * - Same boot, other nonce: two starts of one counter, that is two copies of one directory, whoever tells of it.
 *   That boot stays refused, with either nonce; the next boot is judged afresh.
 * - Lower boot: from the node itself an old disk image; at second hand only old news.
 * - Higher boot with a lower sequence: an old image that was started often enough. The sequence is durable, so a crash cannot lower it.
 */
export function judgeStart(
  seen: SeenStart | undefined,
  claim: StartClaim,
): { readonly verdict: StartVerdict; readonly seen: SeenStart } {
  const { boot, nonce } = claim;
  const sequence = claim.sequence ?? 0;
  if (seen === undefined)
    return { verdict: 'plausible', seen: { boot, nonce, sequence, clonedBoot: 0 } };
  if (boot <= seen.clonedBoot) return { verdict: 'clone', seen };
  if (boot < seen.boot) return { verdict: claim.direct ? 'rolled-back' : 'stale', seen };
  if (boot === seen.boot && nonce !== seen.nonce)
    return { verdict: 'clone', seen: { ...seen, clonedBoot: boot } };
  if (boot > seen.boot && claim.sequence !== undefined && sequence < seen.sequence)
    return { verdict: claim.direct ? 'rolled-back' : 'stale', seen };
  const highest = Math.max(seen.sequence, sequence);
  return { verdict: 'plausible', seen: { ...seen, boot, nonce, sequence: highest } };
}

/**
 * The highest (boot, nonce, sequence) seen of each node, from hellos and from gossip, since this node started.
 * Gossip at second hand raises what is known and reveals clones; only the node itself can be caught rolled back.
 * It is bounded: of more nodes than it holds, those heard of least recently are forgotten.
 */
export class PeerMemory {
  readonly #seen = new LruCache<NodeId, SeenStart>({ maxEntries: LIMITS.peersRemembered });
  #clones = 0;

  /** Takes in a claim, and judges it. */
  observe(claim: StartClaim): StartVerdict {
    const { verdict, seen } = judgeStart(this.#seen.get(claim.nodeId), claim);
    switch (verdict) {
      case 'clone':
        this.#clones += 1;
        this.#seen.set(claim.nodeId, seen);
        return verdict;
      case 'plausible':
        this.#seen.set(claim.nodeId, seen);
        return verdict;
      case 'stale':
      case 'rolled-back':
        return verdict;
      default:
        return unreachable(verdict);
    }
  }

  /** Grows whenever a claim is found to be a clone's. */
  clones(): number {
    return this.#clones;
  }

  /** What is known of a node. */
  seen(nodeId: NodeId): SeenStart | undefined {
    return this.#seen.get(nodeId);
  }
}
