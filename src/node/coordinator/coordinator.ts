import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DataReply, DataRequest } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { ClientRequest, ClientResult } from '../core/operations.js';
import { neededIn } from '../core/quorum/requirement.js';
import { tokenOf } from '../core/ring/token.js';
import type { OperationView } from '../core/views/node-views.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { Metrics } from '../env/metrics.js';
import type { ByteBudget } from '../admission/byte-budget.js';
import type {
  HintKeeper,
  HlcService,
  LivenessService,
  MetadataService,
  PeerDirectory,
  Readiness,
  ReplicaService,
} from '../services.js';
import { Admission, sizeOfRequest } from './admission-check.js';
import { CoordinatorMetrics } from './coordinator-metrics.js';
import { CorruptHealer } from './corrupt-healer.js';
import { MissedWrites } from './missed-writes.js';
import { inspectCopies, type Inspection } from './inspect.js';
import type { CorruptCopy, OperationContext } from './operation-context.js';
import { OperationStats } from './operation-stats.js';
import { OperationTimers } from './operation-timers.js';
import { PlanBook } from './plan-book.js';
import type { ReadResult } from './read-attempt.js';
import { ReadOperation } from './read-operation.js';
import { ReplicaRouter } from './replica-router.js';
import { TraceRecorder } from './trace-recorder.js';
import type { WriteClientRequest } from './write-attempt.js';
import { WriteOperation } from './write-operation.js';
import type { WriteResult } from './write-task.js';

export interface CoordinatorParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly hlc: HlcService;
  /** The replica of this node, reached without a network. */
  readonly replica: ReplicaService;
  readonly readiness: Readiness;
  /** Keeps what replicas have missed. */
  readonly hints: HintKeeper;
  /** Bytes of client requests that this node takes on at once. */
  readonly budget: ByteBudget;
}

type Done = (result: ClientResult | KvError) => void;

interface Running {
  readonly request: ClientRequest;
  readonly startMs: number;
  readonly deadlineMs: number;
  readonly trace: TraceRecorder | undefined;
  readonly done: Done;
}

/** Runs client operations for any key, on any node: each ends exactly once, in time, with a result or an error that explains it. */
export class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #context: OperationContext;
  readonly #metrics: CoordinatorMetrics;
  readonly #admission: Admission;
  readonly #missed: MissedWrites;
  readonly #reads: OperationStats;
  readonly #writes: OperationStats;
  #plans: PlanBook | undefined;

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
    const { clock, buggify, hlc, metadata } = parts;
    this.#metrics = new CoordinatorMetrics(parts.metrics);
    this.#admission = new Admission(parts);
    this.#reads = new OperationStats(clock);
    this.#writes = new OperationStats(clock);
    const timers = new OperationTimers(clock, LIMITS.timerStepMs);
    this.#missed = new MissedWrites(parts.hints, timers);
    this.#context = {
      clock,
      buggify,
      hlc,
      metadata,
      router: new ReplicaRouter(parts),
      timers,
      metrics: this.#metrics,
      plans: () => this.#currentPlans(),
      reportCorrupt: (copy) => {
        healer.report(copy);
      },
    };
    const healer = new CorruptHealer(this.#context, parts.log);
  }

  /** `done` is called exactly once, possibly before this returns, and within `remainingMs` but for the step of the timers. */
  execute(request: ClientRequest, remainingMs: number, done: Done): void {
    const startMs = this.#parts.clock.monotonicMs();
    const running: Running = {
      request,
      startMs,
      deadlineMs: startMs + remainingMs,
      trace: request.trace ? new TraceRecorder(this.#parts.clock) : undefined,
      done,
    };
    const refusal = this.#admission.refusalOf(request, remainingMs);
    if (refusal !== undefined) {
      this.#end(running, refusal);
      return;
    }
    const sizeBytes = sizeOfRequest(request);
    if (!this.#parts.budget.admit(sizeBytes)) {
      this.#end(running, this.#parts.budget.overloaded('this node'));
      return;
    }
    const release = (result: ClientResult | KvError): void => {
      this.#parts.budget.release(sizeBytes);
      this.#end(running, result);
    };
    if (request.kind === 'put' || request.kind === 'delete') this.#write(running, request, release);
    else this.#read(running, release);
  }

  /** What the client reads and writes of the last minute were like. */
  stats(): { readonly reads: OperationView; readonly writes: OperationView } {
    return { reads: this.#reads.view(), writes: this.#writes.view() };
  }

  /**
   * What each replica of a key holds, by node id, asked directly; those that do not answer in time are failures.
   * @throws KvError KV_NOT_READY, KV_USAGE for an unknown namespace
   */
  async inspect(
    key: Uint8Array,
    options: { readonly namespace: string; readonly remainingMs: number },
  ): Promise<ReadonlyMap<NodeId, Inspection>> {
    const plans = this.#currentPlans();
    if (plans === undefined)
      throw new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
    const namespace = plans.namespace(options.namespace);
    if (namespace instanceof KvError) throw namespace;
    const plan = plans.planFor(namespace, tokenOf(key));
    return await inspectCopies(this.#context, { plan, key, remainingMs: options.remainingMs });
  }

  /** Sends to a replica, the own one too, for other procedures; `done` is called exactly once, by the deadline. */
  send(
    nodeId: NodeId,
    envelope: { readonly request: DataRequest; readonly remainingMs: number },
    done: (reply: DataReply) => void,
  ): void {
    this.#context.router.send(nodeId, envelope, done);
  }

  /** Has a corrupt copy replaced that another procedure has met. */
  reportCorrupt(copy: CorruptCopy): void {
    this.#context.reportCorrupt(copy);
  }

  /** Operations under way keep no timer any more, and what replicas have not confirmed gets hints; for a node that has stopped. */
  close(): void {
    this.#missed.close();
    this.#context.timers.close();
  }

  #write(running: Running, request: WriteClientRequest, done: Done): void {
    const { deadlineMs, trace } = running;
    new WriteOperation(this.#context, this.#missed, {
      request,
      deadlineMs,
      trace,
      done: (result) => {
        done(result instanceof KvError ? result : this.#written(running, result));
      },
    }).start();
  }

  #written(running: Running, { version, acks, warnings, route }: WriteResult): ClientResult {
    return {
      kind: 'written',
      version,
      acks,
      coordinator: this.#name(),
      tookMs: this.#tookMs(running),
      warnings,
      trace: this.#trace(running, { route, readRepair: 'none' }),
    };
  }

  #read(running: Running, done: Done): void {
    const { request, deadlineMs, trace } = running;
    const { namespace, key, level } = request;
    const wantsRecord = request.kind === 'get';
    new ReadOperation(this.#context, {
      question: { namespace, key, level, wantsRecord, exclude: [] },
      deadlineMs,
      trace,
      done: (result) => {
        done(result instanceof KvError ? result : this.#found(running, result));
      },
    }).start();
  }

  #found(running: Running, result: ReadResult): ClientResult {
    const { found, digest, record, route, repaired } = result;
    const readRepair =
      repaired.length === 0 ? 'none' : `repaired ${repaired.join(', ')} before answering`;
    return {
      kind: 'read',
      found,
      value: found && running.request.kind === 'get' ? record?.value : undefined,
      version: digest?.version,
      expiresAtMs: digest?.expiresAtMs,
      coordinator: this.#name(),
      tookMs: this.#tookMs(running),
      trace: this.#trace(running, { route, readRepair }),
    };
  }

  #trace(
    { request, trace }: Running,
    { route, readRepair }: { readonly route: ReadResult['route']; readonly readRepair: string },
  ): ReturnType<TraceRecorder['finish']> | undefined {
    const { plan, requirement } = route;
    return trace?.finish({
      operation: request.kind,
      coordinator: this.#name(),
      coordinatorIsReplica: plan.replicas.some(({ nodeId }) => nodeId === this.#parts.ownId),
      level: requirement.level,
      needed: neededIn(requirement),
      replicas: plan.replicas.length,
      outcome: 'ok',
      readRepair,
    });
  }

  #end(running: Running, result: ClientResult | KvError): void {
    const { request, done } = running;
    const tookMs = this.#tookMs(running);
    const outcome = result instanceof KvError ? result.code : 'ok';
    this.#metrics.ended(request, outcome, tookMs);
    const stats = request.kind === 'put' || request.kind === 'delete' ? this.#writes : this.#reads;
    stats.record(running.startMs + tookMs, tookMs);
    done(result);
  }

  #currentPlans(): PlanBook | undefined {
    const view = this.#parts.metadata.current();
    if (view === undefined) return undefined;
    if (this.#plans?.view !== view) this.#plans = new PlanBook(view, this.#parts.ownId);
    return this.#plans;
  }

  #name(): string {
    return this.#context.router.nameOf(this.#parts.ownId);
  }

  #tookMs({ startMs }: Running): number {
    return this.#parts.clock.monotonicMs() - startMs;
  }
}
