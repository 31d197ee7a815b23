import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DataReply, DataRequest, WriteRequest } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Owners } from '../core/topology/owners.js';
import type { ClusterView, LivenessService, MetadataService } from '../services.js';
import type { StoredHint } from './hint-store.js';

/** Sends to a replica, the own one too; `done` is called exactly once, by the deadline. */
export type SendToReplica = (
  nodeId: NodeId,
  envelope: { readonly request: DataRequest; readonly remainingMs: number },
  done: (reply: DataReply) => void,
) => void;

/** A copy that a replica could not take a hint over, because it does not match its checksum. */
export interface CorruptTarget {
  readonly namespace: string;
  readonly key: Uint8Array;
  readonly nodeId: NodeId;
}

export interface DeliveryParts {
  readonly metadata: MetadataService;
  readonly send: SendToReplica;
  readonly reportCorrupt: (copy: CorruptTarget) => void;
  readonly liveness: Pick<LivenessService, 'stateOf'>;
  readonly isLeaving?: (() => boolean) | undefined;
}

/**
 * What became of a hint.
 * `delivered`: every owner concerned holds it, or something newer, durably. `moot`: nobody needs it: its namespace is gone.
 * `refused`: too much at once, or nobody answered in time. `gone`: an owner takes no hint now. `later`: an owner cannot take this one now.
 */
export type Delivery = 'delivered' | 'moot' | 'refused' | 'gone' | 'later';

/**
 * Brings hints to the current owners of their tokens: to the target while it is one of them and stays one, else to all, one of
 * which takes its place, or has taken it. What only reached a target that is about to go would be gone with it.
 */
export class HintDelivery {
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Sends one hint; a damaged one cannot be. Ends by the time of one request. */
  async deliver({ id, hint }: StoredHint): Promise<Delivery> {
    const view = this.#parts.metadata.current();
    if (view === undefined || hint === undefined) return 'later';
    const namespace = view.metadata.namespaces.find((one) => one.id === id.namespace);
    if (namespace === undefined) return 'moot';
    const concerned = this.#concernedBy(id.target, view.ownersOf(namespace, id.token));
    if (concerned.length === 0) return 'later';
    const request: WriteRequest = {
      kind: 'write',
      epoch: view.metadata.epoch,
      namespace: id.namespace,
      key: hint.key,
      record: hint.record,
      repair: false,
      background: true,
    };
    const ends = await Promise.all(
      concerned.map(async (nodeId) => {
        const reply = await this.#ask(nodeId, request);
        if (reply.kind === 'corrupt')
          this.#parts.reportCorrupt({ namespace: namespace.name, key: hint.key, nodeId });
        if (reply.kind === 'fenced') this.#catchUp(reply.epoch);
        return endOf(reply);
      }),
    );
    return worstOf(ends);
  }

  /**
   * Who is sent a hint. A node that leaves cannot wait for a target that is down: the other owners that are up get it, so that it outlives this node
   * where it is the only copy, and repair brings it to the target.
   */
  #concernedBy(target: NodeId, { next, write }: Owners): readonly NodeId[] {
    const { liveness, isLeaving } = this.#parts;
    if (isLeaving?.() === true && liveness.stateOf(target) === 'down')
      return next.filter((nodeId) => nodeId !== target && liveness.stateOf(nodeId) === 'up');
    return next.includes(target) ? [target] : write;
  }

  /** Whether the target has a place in the cluster. */
  isMember(target: NodeId): boolean {
    const members = this.#parts.metadata.current()?.metadata.members ?? [];
    return members.some(({ nodeId, state }) => nodeId === target && state !== 'removed');
  }

  #ask(nodeId: NodeId, request: DataRequest): Promise<DataReply> {
    return new Promise((resolve) => {
      this.#parts.send(nodeId, { request, remainingMs: LIMITS.requestMs }, resolve);
    });
  }

  #catchUp(epoch: number): void {
    const caught: Promise<ClusterView> = this.#parts.metadata.catchUp(epoch, LIMITS.requestMs);
    // The hint is sent again later in any case; by then the epoch is known, or is asked for again.
    caught.catch((error: unknown) => {
      if (!(error instanceof KvError)) throw error;
    });
  }
}

function endOf(reply: DataReply): Delivery {
  if (reply.kind === 'written' || reply.kind === 'superseded') return 'delivered';
  if (reply.kind !== 'failed') return 'later';
  if (reply.code === 'KV_OVERLOADED' || reply.code === 'timeout') return 'refused';
  return TAKES_NONE.has(reply.code) ? 'gone' : 'later';
}

/** Codes of a replica that takes no hint at all, or that is not there. */
const TAKES_NONE: ReadonlySet<string> = new Set([
  'KV_UNREACHABLE',
  'KV_NOT_READY',
  'KV_STORE_FAILED',
  'KV_DISK_FULL',
]);

function worstOf(ends: readonly Delivery[]): Delivery {
  return (['gone', 'refused', 'later'] as const).find((end) => ends.includes(end)) ?? 'delivered';
}
