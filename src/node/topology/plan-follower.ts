import { KvError } from '../core/errors.js';
import { leavesIn } from '../core/grid/leaf-runs.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { forgottenIn } from '../core/topology/forgotten.js';
import { isCovered, isFenced } from '../core/topology/fencing.js';
import type { TopologyPlan } from '../core/topology/topology-plan.js';
import { gainedRuns } from '../core/topology/gained-runs.js';
import { ownedRanges } from '../core/topology/owner-ranges.js';
import { movingGroups, moverOf, type MovingGroup } from '../core/topology/plan-work.js';
import type { SlotRun } from '../core/repair/slot-map.js';
import type { PlanReport } from '../core/views/plan-views.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { GroupRepairs } from '../repair/group-repair.js';
import type { ClusterView, LivenessService, MetadataService, PeerDirectory } from '../services.js';
import { leadOf } from './lead.js';
import { PlanState } from './plan-state.js';
import { streamRateOf } from './planned-views.js';

export interface PlanFollowerParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
  /** The newest epoch that a node is known to have applied. */
  readonly epochOf: (nodeId: NodeId) => number;
  readonly repairs: GroupRepairs;
  /** Removes all that this node holds of some slots, durably. */
  readonly clear: (
    namespace: number,
    runs: readonly SlotRun[],
    signal: AbortSignal,
  ) => Promise<unknown>;
  readonly stopping: AbortSignal;
}

/**
 * Does what the plan that runs asks of this node: makes room for what it gains, then has that brought to it, and says how far it is. What is moved is
 * where it belongs as soon as it is there: after a start all is compared again, which costs little, and goes on with what is missing.
 */
export class PlanFollower {
  readonly #parts: PlanFollowerParts;
  #state: PlanState | undefined;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #unsubscribe: () => void;

  constructor(parts: PlanFollowerParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.metadata.subscribe((view) => {
      if (this.#state?.isOf(view.metadata.plan) !== true) this.#state?.end();
    });
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
    this.#unsubscribe();
    this.#state?.end();
    await this.#running;
  }

  /** How far this node is; undefined while no plan runs. */
  report(): PlanReport | undefined {
    const plan = this.#parts.metadata.current()?.metadata.plan;
    const nowMs = this.#parts.clock.monotonicMs();
    return this.#state?.plan === plan?.id ? this.#state?.report(nowMs) : undefined;
  }

  async #turn(): Promise<void> {
    const view = this.#parts.metadata.current();
    const plan = view?.metadata.plan;
    if (view === undefined || plan === undefined || plan.paused) return;
    const state = this.#stateOf(plan);
    if (state.isDone) return;
    try {
      if (plan.step === 'prepare') await this.#makeRoom(view, state);
      else if (plan.step === 'write-both') await this.#move(view, state);
      else state.isDone = true;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (state.signal.aborted) return;
      state.waitsFor = error.message;
      this.#parts.log.debug('a step of a plan is tried again', { error });
    }
  }

  #stateOf(plan: TopologyPlan): PlanState {
    const known = this.#state;
    if (known?.isOf(plan) === true && !known.signal.aborted) return known;
    known?.end();
    this.#state = new PlanState(plan, known);
    return this.#state;
  }

  /** What an earlier ownership, or a move that was given up, has left would come back to life as news: it goes before anything is written here. */
  async #makeRoom(view: ClusterView, state: PlanState): Promise<void> {
    const { ownId, clear } = this.#parts;
    for (const namespace of view.metadata.namespaces) {
      const runs = gainedRuns(view, namespace, ownId);
      if (leavesIn(runs) === 0) continue;
      state.waitsFor = `${this.#namesOf([ownId])} to clear what it held of these ranges before`;
      await clear(namespace.id, runs, state.signal);
      if (state.signal.aborted) return;
    }
    state.waitsFor = '';
    state.isDone = true;
  }

  async #move(view: ClusterView, state: PlanState): Promise<void> {
    const groups = this.#ownGroups(view);
    state.ranges = sumOf(groups);
    state.rangesDone = sumOf(groups.filter((group) => state.has(keyOf(group))));
    const left = groups.filter((group) => !state.has(keyOf(group)));
    let waits = '';
    const moveOn = async (): Promise<void> => {
      for (let group = left.shift(); group !== undefined; group = left.shift()) {
        // One that cannot be moved now does not keep the others.
        const why = await this.#moveGroup(view, group, state).catch(reasonOf);
        if (state.signal.aborted) return;
        if (why === undefined) {
          state.finish(keyOf(group));
          state.rangesDone += group.ranges;
        } else waits = why;
        state.waitsFor = waits;
      }
    };
    await Promise.all(Array.from({ length: LIMITS.planGroupsAtOnce }, moveOn));
    state.isDone = waits === '' && !state.signal.aborted;
  }

  /** Groups that this node moves: those that it gains, and, while it drives the plan, those that nobody gains. */
  #ownGroups(view: ClusterView): readonly MovingGroup[] {
    const { ownId, liveness } = this.#parts;
    const isLead = leadOf(view.metadata, liveness) === ownId;
    return view.metadata.namespaces
      .flatMap((namespace) => movingGroups(namespace.id, ownedRanges(view, namespace)))
      .filter((group) => {
        const mover = moverOf(group);
        return mover === undefined ? isLead : mover === ownId;
      });
  }

  /** Gives what is in the way, or undefined when the group is where it belongs. */
  async #moveGroup(
    view: ClusterView,
    { namespace, owners, runs, ranges }: MovingGroup,
    state: PlanState,
  ): Promise<string | undefined> {
    const { repairs, epochOf } = this.#parts;
    const dcs = new Map(view.metadata.members.map(({ nodeId, dc }) => [nodeId, dc]));
    const dcOf = (nodeId: NodeId): string => dcs.get(nodeId) ?? '';
    const forgotten = forgottenIn(view.metadata.plan?.changes);
    const isForgotten = (nodeId: NodeId): boolean => forgotten.has(nodeId);
    const has = (nodeId: NodeId): boolean => epochOf(nodeId) >= state.stepEpoch;
    // A write that was planned before could still be acknowledged by nodes that do not know of the plan, and be missed here.
    if (!isFenced(owners, { dcOf, does: has, isForgotten }))
      return `the step to be applied by ${this.#namesOf(owners.write.filter((id) => !has(id) && !isForgotten(id)))}`;
    const isEnough = (partners: readonly NodeId[]): boolean =>
      isCovered(owners, { dcOf, does: (id) => has(id) && partners.includes(id), isForgotten });
    const group = { namespace, owners: owners.write.toSorted(), runs, ranges, isMoving: true };
    const key = keyOf({ namespace, owners, runs, ranges });
    const stream = this.#streamOf(view, { namespace, owners, runs, ranges });
    state.stream(key, stream);
    let counted = 0;
    const { metadata } = this.#parts;
    try {
      // With one owner left there is nothing to compare: it has all that was acknowledged.
      await repairs.run(group, {
        signal: state.signal,
        // It may be changed while records are moved.
        get bytesPerSecond() {
          const current = metadata.current()?.metadata ?? view.metadata;
          return streamRateOf(current) / LIMITS.planGroupsAtOnce;
        },
        isEnough,
        onDone: ({ sentBytes }) => {
          state.movedBytes += sentBytes - counted;
          counted = sentBytes;
          state.stream(key, { ...stream, movedBytes: sentBytes });
        },
      });
    } finally {
      state.stream(key, undefined);
    }
    return undefined;
  }

  #streamOf(
    { metadata }: ClusterView,
    { namespace, owners, ranges }: MovingGroup,
  ): Parameters<PlanState['stream']>[1] & object {
    const { clock, peers } = this.#parts;
    const names = (nodeIds: readonly NodeId[]): readonly string[] =>
      nodeIds.map((nodeId) => peers.nameOf(nodeId));
    return {
      namespace: metadata.namespaces.find(({ id }) => id === namespace)?.name ?? '',
      from: names(owners.old),
      to: names(owners.next.filter((nodeId) => !owners.old.includes(nodeId))),
      ranges,
      movedBytes: 0,
      sinceMs: clock.monotonicMs(),
    };
  }

  #namesOf(nodeIds: readonly NodeId[]): string {
    return nodeIds.map((nodeId) => this.#parts.peers.nameOf(nodeId)).join(' ');
  }
}

function keyOf({ namespace, runs }: MovingGroup): string {
  return JSON.stringify([namespace, runs]);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof KvError)) throw error;
  return error.message;
}

function sumOf(groups: readonly MovingGroup[]): number {
  return groups.reduce((sum, { ranges }) => sum + ranges, 0);
}
