import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import { scopeText } from '../core/repair/scope-text.js';
import type { RepairJobView, RepairPlanView, RepairScope } from '../core/views/repair-views.js';
import type { Random } from '../env/random.js';
import type { ClusterView } from '../services.js';
import { RepairJob, type RepairJobParts } from './repair-job.js';
import { groupsInScope, planOf } from './repair-scope.js';

export interface RepairJobsParts extends RepairJobParts {
  readonly random: Random;
}

/** What a repair that was asked for goes over, and what it is called. */
export interface StartedRepair {
  readonly plan: RepairPlanView;
  readonly job: RepairJobView;
}

/**
 * The repairs that people asked this node for. It drives all of their ranges itself, over links to the owners, one after the other; a
 * few run at once, and the last ones that have ended are remembered. They end with the process: what they have repaired stays so.
 */
export class RepairJobs {
  readonly #parts: RepairJobsParts;
  /** Oldest first. */
  readonly #jobs = new Map<string, RepairJob>();

  constructor(parts: RepairJobsParts) {
    this.#parts = parts;
  }

  /** @throws KvError KV_USAGE for a scope that means nothing, KV_NOT_READY */
  plan(scope: RepairScope): RepairPlanView {
    return this.#planOf(this.#groups(scope));
  }

  /** Begins a repair. @throws KvError as `plan`, KV_OVERLOADED when too many run */
  start(scope: RepairScope): StartedRepair {
    const groups = this.#groups(scope);
    const running = [...this.#jobs.values()].filter(({ isRunning }) => isRunning);
    if (running.length >= LIMITS.repairJobs)
      throw new KvError(
        'KV_OVERLOADED',
        `${running.length} repairs run on this node already; wait for one, or cancel it`,
        { hints: ['kv repair list', `kv repair cancel ${running[0]?.id ?? ''}`] },
      );
    const id = this.#freshId();
    const job = new RepairJob(this.#parts, { id, scope: scopeText(scope), groups });
    this.#jobs.set(id, job);
    this.#forgetOld();
    job.start();
    return { plan: this.#planOf(groups), job: job.view() };
  }

  /** All, oldest first, or the one that is named. */
  list(id: string | undefined): readonly RepairJobView[] {
    const jobs = [...this.#jobs.values()];
    return jobs.filter((job) => id === undefined || job.id === id).map((job) => job.view());
  }

  /** Ends a repair between two slots; gives it as it is then, and nothing when there is none. */
  async cancel(id: string): Promise<readonly RepairJobView[]> {
    await this.#jobs.get(id)?.cancel();
    return this.list(id);
  }

  /** Resolves when all have ended; the signal must have come. */
  async idle(): Promise<void> {
    for (const job of this.#jobs.values()) await job.idle();
  }

  #groups(scope: RepairScope): readonly RepairGroup[] {
    return groupsInScope(this.#view(), scope);
  }

  #planOf(groups: readonly RepairGroup[]): RepairPlanView {
    const { repairs, peers } = this.#parts;
    return planOf(
      groups,
      (nodeId) => repairs.isAlive(nodeId),
      (nodeId) => peers.nameOf(nodeId),
    );
  }

  #view(): ClusterView {
    const view = this.#parts.metadata.current();
    if (view === undefined) throw new KvError('KV_NOT_READY', 'the node is in no cluster yet');
    return view;
  }

  #freshId(): string {
    for (;;) {
      const lot = this.#parts.random.nextU32() % 0x1_0000;
      const id = `r-${lot.toString(16).padStart(4, '0')}`;
      if (!this.#jobs.has(id)) return id;
    }
  }

  #forgetOld(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= LIMITS.repairJobsKept) return;
      if (!job.isRunning) this.#jobs.delete(id);
    }
  }
}
