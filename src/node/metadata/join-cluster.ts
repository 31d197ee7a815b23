import { Backoff } from '../../stdx/backoff.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeDescriptor } from '../core/metadata/cluster-metadata.js';
import { memberOf } from '../core/metadata/transformations.js';
import type { Clock } from '../env/clock.js';
import type { Random } from '../env/random.js';
import type { PeerLink } from '../env/transport.js';
import type { ClusterView } from '../services.js';
import type { LogService } from './metadata-service.js';

export interface JoinRequest {
  readonly descriptor: NodeDescriptor;
  readonly vnodes: number;
  /** The cluster to join, as the node behind the link described it; another one is refused. */
  readonly clusterId: string;
  /** To a member; the caller closes it afterwards, for its hello says that this node belongs to no cluster. */
  readonly link: PeerLink;
  readonly remainingMs: number;
}

/**
 * Makes this node a member: asks a member, then takes over the log until it finds itself in it. Safe to repeat.
 * @throws KvError KV_JOIN_REFUSED, KV_CLUSTER_MISMATCH, KV_IDENTITY_REMOVED, KV_CONFIG_INVALID,
 *   or what was last in the way when the time ends
 */
export async function joinCluster(
  service: LogService,
  request: JoinRequest,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<ClusterView> {
  const deadlineMs = clock.monotonicMs() + request.remainingMs;
  const backoff = new Backoff({ baseMs: 50, maxMs: 1_000, random: () => random.nextFloat() });
  for (;;) {
    const leftMs = deadlineMs - clock.monotonicMs();
    try {
      await askToJoin(request, Math.max(1, leftMs));
      return await takeOver(service, request, Math.max(1, deadlineMs - clock.monotonicMs()));
    } catch (error) {
      if (!(error instanceof KvError) || !error.row.retryable) throw error;
      const delayMs = backoff.nextMs();
      if (clock.monotonicMs() + delayMs >= deadlineMs) throw error;
      await new Promise<void>((resolve) => {
        clock.after(delayMs, resolve);
      });
    }
  }
}

async function askToJoin(request: JoinRequest, remainingMs: number): Promise<void> {
  const { link, descriptor, vnodes, clusterId } = request;
  const timeoutMs = Math.min(remainingMs, LIMITS.requestMs);
  const reply = await link.meta({ kind: 'join', member: descriptor, vnodes }, timeoutMs);
  if (reply.kind !== 'joined')
    throw new KvError('KV_NOT_READY', `the member answered a join with ${reply.kind}`);
  if (reply.clusterId !== clusterId)
    throw new KvError(
      'KV_CLUSTER_MISMATCH',
      `the node at ${link.address.host}:${link.address.port} is of cluster ${reply.clusterId}, not ${clusterId}`,
    );
}

async function takeOver(
  service: LogService,
  { link, descriptor }: JoinRequest,
  remainingMs: number,
): Promise<ClusterView> {
  for (let pulls = 0; pulls < MAX_PULLS; pulls++) {
    const view = service.current();
    if (view !== undefined && memberOf(view.metadata, descriptor.nodeId) !== undefined) return view;
    await service.pullFrom(link, remainingMs);
  }
  throw new KvError('KV_NOT_READY', 'the member has not told this node of its own joining yet');
}

/** The log is at most a snapshot and the entries kept beyond it. */
const MAX_PULLS = 2 + LIMITS.metadataEntriesKept / LIMITS.metadataPullEntries;
