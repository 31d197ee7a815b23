import type { DataReply } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { ReplicaOutcome } from '../core/quorum/replica-outcome.js';
import type { ReplicaPlan } from '../core/quorum/replica-plan.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { HlcService, MetadataService } from '../services.js';
import type { CoordinatorMetrics } from './coordinator-metrics.js';
import type { OperationTimers } from './operation-timers.js';
import type { PlanBook } from './plan-book.js';
import type { ReplicaRouter } from './replica-router.js';
import type { TraceRecorder } from './trace-recorder.js';

/** A copy that failed its checksum, met by an operation. */
export interface CorruptCopy {
  readonly namespace: string;
  readonly key: Uint8Array;
  readonly nodeId: NodeId;
}

/** What the operations of one coordinator share. */
export interface OperationContext {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly hlc: HlcService;
  readonly metadata: MetadataService;
  readonly router: ReplicaRouter;
  readonly timers: OperationTimers;
  readonly metrics: CoordinatorMetrics;
  /** The plans of the newest epoch; undefined while the node belongs to no cluster. */
  readonly plans: () => PlanBook | undefined;
  /** Has a corrupt copy replaced, beside the operation that met it. */
  readonly reportCorrupt: (copy: CorruptCopy) => void;
}

/** A reply, and when it came (monotonic). */
export interface Replied {
  readonly reply: DataReply;
  readonly atMs: number;
}

/** How far one attempt got, by position in the plan. */
export interface AttemptProgress {
  readonly plan: ReplicaPlan;
  readonly alive: readonly boolean[];
  readonly askedAtMs: readonly (number | undefined)[];
  readonly replies: readonly (Replied | undefined)[];
}

/** What each replica of an attempt came to, for the error that explains it. */
export function outcomesOf(
  context: OperationContext,
  { plan, alive, askedAtMs, replies }: AttemptProgress,
): readonly ReplicaOutcome[] {
  const nowMs = context.clock.monotonicMs();
  return plan.replicas.map(({ nodeId }, replica): ReplicaOutcome => {
    const name = context.router.nameOf(nodeId);
    const askedMs = askedAtMs[replica];
    const replied = replies[replica];
    if (askedMs === undefined && alive[replica] !== true)
      return { kind: 'skipped', sighting: context.router.sightingOf(nodeId) };
    if (askedMs === undefined) return { kind: 'unasked', name };
    if (replied === undefined) return { kind: 'pending', name, waitedMs: nowMs - askedMs };
    return { kind: 'replied', name, reply: replied.reply, tookMs: replied.atMs - askedMs };
  });
}

/** What a reply says of the clock of its replica, which every reply teaches the coordinator. */
export function observeReply({ hlc }: OperationContext, reply: DataReply): void {
  if ('stamp' in reply) hlc.observe(reply.stamp);
}

/** Notes in the trace which replicas were not sent anything, and why. */
export function traceSkipped(
  { router }: OperationContext,
  trace: TraceRecorder | undefined,
  { plan, alive, what }: Pick<AttemptProgress, 'plan' | 'alive'> & { readonly what: string },
): void {
  if (trace === undefined) return;
  for (const [replica, { nodeId }] of plan.replicas.entries()) {
    if (alive[replica] === true) continue;
    const { name, state } = router.sightingOf(nodeId);
    trace.note(name, what, `not sent: ${state}`);
  }
}
