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
  /** Highest epoch of its metadata log heard of, likewise; absent before the first. */
  readonly epoch?: number | undefined;
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
  readonly epoch?: number | undefined;
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
 * - Higher boot with a lower sequence, or a lower epoch of metadata: an old image that was started often enough. Both are durable before they are told, so a crash
 *   cannot lower them. A voter that holds no data writes none, and its epochs are all that tells.
 */
export function judgeStart(
  seen: SeenStart | undefined,
  claim: StartClaim,
): { readonly verdict: StartVerdict; readonly seen: SeenStart } {
  const { boot, nonce } = claim;
  const sequence = claim.sequence ?? 0;
  if (seen === undefined)
    return {
      verdict: 'plausible',
      seen: {
        ...{ boot, nonce, sequence, clonedBoot: 0 },
        ...(claim.epoch === undefined ? {} : { epoch: claim.epoch }),
      },
    };
  if (boot <= seen.clonedBoot) return { verdict: 'clone', seen };
  if (boot < seen.boot) return { verdict: claim.direct ? 'rolled-back' : 'stale', seen };
  if (boot === seen.boot && nonce !== seen.nonce)
    return { verdict: 'clone', seen: { ...seen, clonedBoot: boot } };
  const isLower =
    (claim.sequence !== undefined && sequence < seen.sequence) ||
    (claim.epoch !== undefined && claim.epoch < (seen.epoch ?? 0));
  if (boot > seen.boot && isLower) return { verdict: claim.direct ? 'rolled-back' : 'stale', seen };
  const highest = Math.max(seen.sequence, sequence);
  const epoch = Math.max(seen.epoch ?? 0, claim.epoch ?? 0);
  return {
    verdict: 'plausible',
    seen: { ...seen, boot, nonce, sequence: highest, ...(epoch === 0 ? {} : { epoch }) },
  };
}

/** What is new of a node: a start (another boot or nonce, a clone, or the first of it), or its sequence, or epoch, alone. */
export type MemoryChange = 'start' | 'sequence';

export interface PeerMemoryOptions {
  /** What an earlier run of this node knew. */
  readonly stored?: ReadonlyMap<NodeId, SeenStart>;
  /** Called after each change, also when a node was forgotten. */
  readonly onChanged?: (nodeId: NodeId, change: MemoryChange) => void;
}

/**
 * The highest (boot, nonce, sequence) seen of each node, from hellos and from gossip.
 * Gossip at second hand raises what is known and reveals clones; only the node itself can be caught rolled back.
 * It is bounded: of more nodes than it holds, those heard of least recently are forgotten.
 */
export class PeerMemory {
  readonly #seen: LruCache<NodeId, SeenStart>;
  readonly #onChanged: NonNullable<PeerMemoryOptions['onChanged']>;
  #clones = 0;

  constructor({ stored, onChanged }: PeerMemoryOptions = {}) {
    this.#onChanged = onChanged ?? ((): void => undefined);
    this.#seen = new LruCache({ maxEntries: LIMITS.peersRemembered }, (nodeId) => {
      this.#onChanged(nodeId, 'sequence');
    });
    for (const [nodeId, seen] of stored ?? []) this.#seen.set(nodeId, seen);
  }

  /** Takes in a claim, and judges it. */
  observe(claim: StartClaim): StartVerdict {
    const before = this.#seen.get(claim.nodeId);
    const { verdict, seen } = judgeStart(before, claim);
    switch (verdict) {
      case 'clone':
        this.#clones += 1;
        this.#remember(claim.nodeId, before, seen);
        return verdict;
      case 'plausible':
        this.#remember(claim.nodeId, before, seen);
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

  #remember(nodeId: NodeId, before: SeenStart | undefined, seen: SeenStart): void {
    this.#seen.set(nodeId, seen);
    const isStart =
      before?.boot !== seen.boot ||
      before.nonce !== seen.nonce ||
      before.clonedBoot !== seen.clonedBoot;
    if (isStart) this.#onChanged(nodeId, 'start');
    else if (before.sequence !== seen.sequence || before.epoch !== seen.epoch)
      this.#onChanged(nodeId, 'sequence');
  }
}
