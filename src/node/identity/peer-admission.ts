import { LruCache } from '../../stdx/lru-cache.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Hello } from '../core/messages.js';
import type { ClusterMetadata } from '../core/metadata/cluster-metadata.js';
import { type Asked, refuseRequest } from '../core/metadata/peer-rights.js';
import type { LogHistory } from '../core/metadata/recoveries.js';
import type { EventSink } from '../services.js';
import { admitHello, claimOf, cloneError, refuseHistory } from './admission-of-peers.js';
import type { StartClaim } from './peer-memory.js';
import type { PeerMemory } from './peer-memory.js';

export interface PeerAdmissionOptions {
  readonly own: () => Hello;
  readonly metadata: () => ClusterMetadata | undefined;
  readonly nameOf: (nodeId: string) => string;
  readonly memory: PeerMemory;
  readonly events: EventSink;
  /** Others know this very node by a start that it is not: it is a clone, or runs from an old image, and must stop. */
  readonly onOwnConflict: (error: KvError) => void;
}

/** What was last found about the data requests of one connection, and what that rested on. */
interface DataVerdict {
  readonly metadata: ClusterMetadata | undefined;
  readonly clones: number;
  readonly refusal: KvError | undefined;
}

/** Keeps strangers, removed nodes, clones and old disk images out, by their hellos and by what gossip says of them. */
export class PeerAdmission {
  readonly #options: PeerAdmissionOptions;
  readonly #memory: PeerMemory;
  /** By the hello of their connection: data is the hot path, and what decides changes hardly ever. */
  readonly #dataVerdicts = new WeakMap<Hello, DataVerdict>();
  /** Connections whose other side has another history of the log. */
  readonly #forked = new WeakMap<Hello, KvError>();
  /** For each node, the refusal that was last made an event. */
  readonly #told = new LruCache<string, string>({ maxEntries: LIMITS.peersRemembered });

  constructor(options: PeerAdmissionOptions) {
    this.#options = options;
    this.#memory = options.memory;
  }

  /** Judges a hello; undefined admits. A refusal is an event, once for each start of a node. */
  admit(remote: Hello): KvError | undefined {
    const { own, metadata, events } = this.#options;
    const seen = this.#memory.seen(remote.nodeId);
    const refusal = admitHello({ own: own(), remote, metadata: metadata(), seen });
    // What a node of another cluster says of itself is nothing to remember.
    const isStranger = refusal?.code === 'KV_CLUSTER_MISMATCH';
    if (remote.nodeId !== own().nodeId && !isStranger) this.#memory.observe(claimOf(remote));
    // One that is refused comes back every second: people are told once.
    const news = refusal === undefined ? '' : `${refusal.code} ${remote.boot} ${remote.nonce}`;
    const known = this.#told.get(remote.nodeId) ?? '';
    this.#told.set(remote.nodeId, news);
    if (refusal !== undefined && news !== known)
      events.emit({ kind: 'transport', severity: 'bad', message: `refused: ${refusal.message}` });
    return refusal;
  }

  /** Judges one request of an admitted peer: its identity may have turned out to be cloned, or removed, since its hello. */
  admitRequest(from: Hello, asked: Asked, history?: LogHistory): KvError | undefined {
    const metadata = this.#options.metadata();
    const forked = this.#forked.get(from) ?? (metadata && refuseHistory(from, metadata, history));
    if (forked !== undefined) {
      this.#refuseForked(from, forked);
      return forked;
    }
    if (asked !== 'data') return this.#judge(from, asked, metadata);
    const clones = this.#memory.clones();
    const known = this.#dataVerdicts.get(from);
    if (known?.metadata === metadata && known?.clones === clones) return known.refusal;
    const refusal = this.#judge(from, asked, metadata);
    this.#dataVerdicts.set(from, { metadata, clones, refusal });
    return refusal;
  }

  /** Takes in what gossip says of a start, of another node or of this one. */
  hear(claim: StartClaim): void {
    const { own, events } = this.#options;
    if (claim.nodeId === own().nodeId) {
      this.#hearOfSelf(claim);
      return;
    }
    const before = this.#memory.seen(claim.nodeId)?.clonedBoot ?? 0;
    const verdict = this.#memory.observe(claim);
    if (verdict !== 'clone' || claim.boot <= before) return;
    const name = this.#options.nameOf(claim.nodeId);
    const { message } = cloneError({ ...claim, name });
    events.emit({ kind: 'gossip', severity: 'bad', message });
  }

  /** What it has found once holds for all that comes over the connection; people are told once. */
  #refuseForked(from: Hello, refusal: KvError): void {
    if (this.#forked.has(from)) return;
    this.#forked.set(from, refusal);
    this.#options.events.emit({
      kind: 'transport',
      severity: 'bad',
      message: `refused: ${refusal.message}`,
    });
  }

  #judge(from: Hello, asked: Asked, metadata: ClusterMetadata | undefined): KvError | undefined {
    const seen = this.#memory.seen(from.nodeId);
    if (seen !== undefined && from.boot <= seen.clonedBoot) return cloneError(from);
    return refuseRequest(from, metadata, asked);
  }

  #hearOfSelf(claim: StartClaim): void {
    const own = this.#options.own();
    if (claim.boot < own.boot || claim.nonce === own.nonce) return;
    this.#options.onOwnConflict(
      claim.boot === own.boot
        ? cloneError(own)
        : new KvError(
            'KV_ROLLED_BACK',
            `this node runs its boot ${own.boot}, and others have seen its boot ${claim.boot}: ` +
              'it started from an old disk image, or a copy of it runs elsewhere',
          ),
    );
  }
}
