import type { ErrorCode } from '../core/errors.js';
import type { DataReply, RecordDigest } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { ReplicaPlan } from '../core/quorum/replica-plan.js';
import type { OperationContext } from './operation-context.js';

/** What one replica says of its copy. */
export type Inspection =
  | { readonly kind: 'digest'; readonly digest: RecordDigest | undefined }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface InspectionQuery {
  readonly plan: ReplicaPlan;
  readonly key: Uint8Array;
  readonly remainingMs: number;
}

/** Asks every replica of a plan what it holds; resolves with an answer or a failure for each, within the time given. */
export async function inspectCopies(
  context: OperationContext,
  query: InspectionQuery,
): Promise<ReadonlyMap<NodeId, Inspection>> {
  const { replicas } = query.plan;
  const inspections = await Promise.all(
    replicas.map(
      async ({ nodeId }) => [nodeId, await inspectCopy(context, query, nodeId)] as const,
    ),
  );
  return new Map(inspections);
}

function inspectCopy(
  context: OperationContext,
  { plan, key, remainingMs }: InspectionQuery,
  nodeId: NodeId,
): Promise<Inspection> {
  return new Promise((resolve) => {
    // A replica, or its link, that broke its own deadline must not hang the view.
    const timer = context.clock.after(remainingMs, () => {
      resolve(noAnswer(remainingMs));
    });
    const request = {
      kind: 'read',
      epoch: plan.epoch,
      namespace: plan.namespace,
      key,
      mode: 'digest',
      stamp: context.hlc.read(),
    } as const;
    context.router.send(nodeId, { request, remainingMs }, (reply) => {
      timer.cancel();
      resolve(inspectionOf(reply, remainingMs));
    });
  });
}

function inspectionOf(reply: DataReply, remainingMs: number): Inspection {
  switch (reply.kind) {
    case 'digest':
      return { kind: 'digest', digest: reply.digest };
    case 'corrupt':
      return { kind: 'corrupt' };
    case 'fenced': {
      const message = `the replica is at epoch ${reply.epoch} and does not own the key there`;
      return { kind: 'failed', code: 'KV_EPOCH_CHANGED', message };
    }
    case 'failed':
      if (reply.code === 'timeout') return noAnswer(remainingMs);
      return { kind: 'failed', code: reply.code, message: reply.message };
    case 'written':
    case 'superseded':
    case 'value':
      return { kind: 'failed', code: 'KV_INTERNAL', message: `unexpected reply ${reply.kind}` };
  }
}

function noAnswer(remainingMs: number): Inspection {
  const message = `no answer in ${Math.round(remainingMs)} ms`;
  return { kind: 'failed', code: 'KV_READ_TIMEOUT', message };
}
