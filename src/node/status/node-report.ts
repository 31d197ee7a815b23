import type { KvError } from '../core/errors.js';
import type { DamageReport } from '../core/views/damage-views.js';
import type { HintReport } from '../core/views/hint-views.js';
import type { NodeReport, OperationView } from '../core/views/node-views.js';
import type { PlanReport } from '../core/views/plan-views.js';
import type { RepairReport } from '../core/views/repair-views.js';
import type { Clock } from '../env/clock.js';
import type { ProcessFacts } from '../env/process-facts.js';
import type { LivenessService, MetadataService } from '../services.js';
import type { NodeReadiness } from './node-readiness.js';

export interface ReportParts {
  readonly nodeId: string;
  readonly name: string;
  readonly boot: number;
  readonly clock: Clock;
  readonly facts: ProcessFacts;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly readiness: Pick<NodeReadiness, 'notReady' | 'isDrained'>;
  readonly store: { loadBytes(): number; sequence(): number };
  readonly stats: () => { readonly reads: OperationView; readonly writes: OperationView };
  readonly queuedBytes: () => number;
  readonly hints: { report(): readonly HintReport[]; readonly marks: { readonly count: number } };
  /** How far the repairs are that run by themselves. */
  readonly repairs: () => RepairReport;
  readonly damage: () => DamageReport;
  /** How far it is with the plan that runs. */
  readonly plan: () => {
    readonly report: PlanReport | undefined;
    readonly waitsFor: string;
    readonly stalledMs: number;
  };
  readonly clientStreams: () => number;
  /** Free bytes of the disk as last measured, and why it takes no records. */
  readonly disk: { freeBytes(): number | undefined; fullness(): KvError | undefined };
}

/** Makes the reports of this node, for its peers and its own views. */
export function reporter(parts: ReportParts): () => NodeReport {
  const startedMs = parts.clock.monotonicMs();
  const { clock, facts, metadata, liveness, readiness, store } = parts;
  return () => {
    const view = metadata.current();
    const notReady = readiness.notReady();
    const plan = parts.plan();
    return {
      nodeId: parts.nodeId,
      name: parts.name,
      epoch: view?.metadata.epoch ?? 0,
      ringHash: view?.ring.hash ?? '',
      boot: parts.boot,
      uptimeMs: clock.monotonicMs() - startedMs,
      ready: notReady === undefined,
      notReadyReason: notReady?.message ?? '',
      drained: readiness.isDrained(),
      writesRefused: parts.disk.fullness()?.message ?? '',
      loadBytes: store.loadBytes(),
      ...parts.stats(),
      sequence: store.sequence(),
      release: facts.release,
      nodeVersion: facts.nodeVersion,
      pid: facts.pid,
      rssBytes: facts.rssBytes(),
      heapBytes: facts.heapBytes(),
      eventLoopDelayP99Ms: facts.eventLoopDelayP99Ms(),
      clockOffsetMs: liveness.clockOffsetMs(),
      diskFreeBytes: parts.disk.freeBytes(),
      clientStreams: parts.clientStreams(),
      queuedBytes: parts.queuedBytes(),
      gossipRound: liveness.round(),
      sightings: liveness.sightings(),
      hints: parts.hints.report(),
      repairMarkedSlots: parts.hints.marks.count,
      damage: parts.damage(),
      planReport: plan.report,
      planWaitsFor: plan.waitsFor,
      planStalledMs: plan.stalledMs,
      ...parts.repairs(),
    };
  };
}
