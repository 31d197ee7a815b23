import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetadataChange, NodeId } from '../core/metadata/cluster-metadata.js';
import { forgottenIn } from '../core/topology/forgotten.js';
import { isFenced } from '../core/topology/fencing.js';
import { planProgress } from '../core/topology/plan-progress.js';
import { gainedRuns } from '../core/topology/gained-runs.js';
import { ownedRanges } from '../core/topology/owner-ranges.js';
import type { TopologyPlan } from '../core/topology/topology-plan.js';
import type { NodeReport } from '../core/views/node-views.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { ClusterView, LivenessService, MetadataService, PeerDirectory } from '../services.js';
import { leadOf } from './lead.js';

/** Asks all members for their reports; those that do not answer are missing. */
type AskReports = () => Promise<ReadonlyMap<NodeId, NodeReport>>;

export interface PlanDriverParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
  /** The newest epoch that a node is known to have applied. */
  readonly epochOf: (nodeId: NodeId) => number;
  readonly ask: AskReports;
  readonly stopping: AbortSignal;
}

/** A pause of a plan, or its end, that nobody has asked for. */
type Pause = Pick<Extract<MetadataChange, { kind: 'pause-plan' }>, 'paused' | 'pausedFor'>;

/** What a node lacks that does what the step asks: time. */
const AT_WORK = '';

type NextStep = Extract<MetadataChange, { kind: 'step-plan' }>['to'];

/**
 * Proposes the next step of the plan that runs, when all that the step before asks is done. Every node has one, and the one of the first voter
 * that is up acts; when it dies, that of the next one goes on where it was.
 */
export class PlanDriver {
  readonly #parts: PlanDriverParts;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #waitsFor = '';
  #progress = { of: '', sinceMs: 0 };

  constructor(parts: PlanDriverParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, stopping } = this.#parts;
    if (stopping.aborted) return;
    this.#timer = clock.after(LIMITS.planLookMs, () => {
      this.#running = this.#turn().then(() => {
        this.start();
      });
    });
  }

  /** Resolves when what is under way has ended; the signal must have come. */
  async idle(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** Why the next step does not come, as far as this node drives the plan; empty when it does not, or nothing is in the way. */
  get waitsFor(): string {
    return this.#waitsFor;
  }

  /** For how long the plan has not come on, in ms, as far as this node drives it: no step, no range, no byte. */
  get stalledMs(): number {
    const { of, sinceMs } = this.#progress;
    return of === '' ? 0 : this.#parts.clock.monotonicMs() - sinceMs;
  }

  async #turn(): Promise<void> {
    const { metadata, liveness, ownId, log, stopping } = this.#parts;
    const view = metadata.current();
    const plan = view?.metadata.plan;
    this.#waitsFor = '';
    if (view === undefined || plan === undefined || leadOf(view.metadata, liveness) !== ownId) {
      this.#cameOn('');
      return;
    }
    try {
      const pause = this.#pauseOf(plan);
      if (pause !== undefined) await this.#turnTo(plan, pause);
      if (plan.paused || pause !== undefined) {
        this.#cameOn('');
        return;
      }
      const next = await this.#next(view, plan);
      if (next !== undefined && !stopping.aborted) await this.#step(plan, next);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#waitsFor = error.message;
      log.debug('a plan does not step on yet', { error });
    }
  }

  /** Notes how far the plan is; empty when it is not for this node to say. */
  #cameOn(of: string): void {
    if (of === this.#progress.of) return;
    this.#progress = { of, sinceMs: this.#parts.clock.monotonicMs() };
  }

  /**
   * What is to be done about a node that is to join and dies: nothing can be moved to it, so the plan waits, as somebody may have to give it up; it goes
   * on when the node is back. In `read-new` all is moved already, and it cannot be given up.
   */
  #pauseOf({ step, paused, pausedFor, changes }: TopologyPlan): Pause | undefined {
    const { liveness } = this.#parts;
    if (pausedFor !== undefined)
      return liveness.stateOf(pausedFor) === 'up' ? { paused: false } : undefined;
    if (paused || step === 'read-new') return undefined;
    const dead = changes
      .flatMap((change) => (change.kind === 'join' ? [change.nodeId] : []))
      .find((nodeId) => liveness.stateOf(nodeId) === 'down');
    return dead === undefined ? undefined : { paused: true, pausedFor: dead };
  }

  async #turnTo(plan: TopologyPlan, pause: Pause): Promise<void> {
    await this.#parts.metadata.change(({ metadata: { plan: now } }) => {
      const isSame =
        now?.id === plan.id && now.paused === plan.paused && now.pausedFor === plan.pausedFor;
      return isSame ? { kind: 'pause-plan', plan: plan.id, ...pause } : undefined;
    }, LIMITS.requestMs);
  }

  async #step(plan: TopologyPlan, to: NextStep): Promise<void> {
    await this.#parts.metadata.change(({ metadata: { plan: now } }) => {
      const isSame = now?.id === plan.id && now.stepEpoch === plan.stepEpoch && !now.paused;
      return isSame ? { kind: 'step-plan', plan: plan.id, to } : undefined;
    }, LIMITS.requestMs);
  }

  async #next(view: ClusterView, plan: TopologyPlan): Promise<NextStep | undefined> {
    if (plan.step === 'read-new') {
      this.#cameOn(`${plan.id} ${plan.stepEpoch}`);
      return await this.#finish(view, plan);
    }
    const lacking = await this.#lacking(view, plan);
    if (lacking.length === 0) return plan.step === 'prepare' ? 'write-both' : 'read-new';
    // Those that are at work are shown by how far they are.
    this.#waitsFor = lacking.filter((what) => what !== AT_WORK).join('; ');
    return undefined;
  }

  /** What those that gain ranges, and this node, have not done yet. */
  async #lacking(view: ClusterView, plan: TopologyPlan): Promise<readonly string[]> {
    const { ownId, ask, peers } = this.#parts;
    const gainers = view.metadata.members.filter(
      ({ nodeId, state }) => state !== 'removed' && this.#gains(view, nodeId),
    );
    const asked = [...new Set([ownId, ...gainers.map(({ nodeId }) => nodeId)])];
    const reports = await ask();
    const { rangesDone, movedBytes } = planProgress(
      plan.id,
      [...reports.values()].map(({ planReport }) => planReport),
    );
    this.#cameOn(`${plan.id} ${plan.stepEpoch} ${rangesDone} ${movedBytes}`);
    return asked.flatMap((nodeId) => {
      const report = reports.get(nodeId)?.planReport;
      if (report?.plan !== plan.id || report.stepEpoch !== plan.stepEpoch)
        return [`${peers.nameOf(nodeId)} to begin`];
      if (report.isDone) return [];
      return [report.waitsFor === '' ? AT_WORK : `${peers.nameOf(nodeId)}: ${report.waitsFor}`];
    });
  }

  #gains(view: ClusterView, nodeId: NodeId): boolean {
    return view.metadata.namespaces.some(
      (namespace) => gainedRuns(view, namespace, nodeId).length > 0,
    );
  }

  /** No reader must be left that asks the old owners when writes go to the new ones only. */
  async #finish(
    view: ClusterView,
    { stepEpoch, changes }: TopologyPlan,
  ): Promise<NextStep | undefined> {
    const { epochOf } = this.#parts;
    const dcs = new Map(view.metadata.members.map(({ nodeId, dc }) => [nodeId, dc]));
    const forgotten = forgottenIn(changes);
    const facts = {
      isForgotten: (nodeId: NodeId): boolean => forgotten.has(nodeId),
      dcOf: (nodeId: NodeId): string => dcs.get(nodeId) ?? '',
      does: (nodeId: NodeId): boolean => epochOf(nodeId) >= stepEpoch,
    };
    const isPassed = view.metadata.namespaces.every((namespace) =>
      ownedRanges(view, namespace).every(
        ({ owners }) => owners.old === owners.next || isFenced(owners, facts),
      ),
    );
    if (!isPassed) {
      this.#waitsFor = 'the step to be applied by the owners';
      return undefined;
    }
    const held = await this.#heldByLeavers(view);
    if (held === undefined) return 'done';
    this.#waitsFor = held;
    return undefined;
  }

  /** A node that leaves must not take votes with it, nor hints that are the only copy of what level `any` acknowledged. */
  async #heldByLeavers({ metadata }: ClusterView): Promise<string | undefined> {
    const { liveness, ask } = this.#parts;
    const leaving = metadata.members.filter(({ state }) => state === 'leaving');
    const voter = leaving.find(({ nodeId }) => metadata.voters.includes(nodeId));
    if (voter !== undefined) return `${voter.name} to give its vote away`;
    const alive = leaving.filter(({ nodeId }) => liveness.stateOf(nodeId) === 'up');
    if (alive.length === 0) return undefined;
    const reports = await ask();
    const keeper = alive.find(
      ({ nodeId }) => reports.get(nodeId)?.hints.every(({ count }) => count === 0) !== true,
    );
    return keeper === undefined ? undefined : `the hints that ${keeper.name} keeps to be sent`;
  }
}
