import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { cursorAt } from '../core/repair/repair-cursor.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import type { RepairJobRecord } from '../core/repair/repair-job-record.js';
import { rangesOf, resumedRepair } from '../core/repair/resume-repair.js';
import type { RepairJobView, RepairPlanView, RepairScope } from '../core/views/repair-views.js';
import type { Random } from '../env/random.js';
import type { ClusterView } from '../services.js';
import { NOTHING_DONE } from './range-result.js';
import { RepairJob, type RepairJobParts } from './repair-job.js';
import type { KeptRepairJob } from './repair-job-store.js';
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
 * few run at once, and the last ones that have ended are remembered. They are kept on the disk: what is not ended when the process
 * ends goes on with the next one.
 */
export class RepairJobs {
  readonly #parts: RepairJobsParts;
  /** Oldest first. */
  readonly #jobs = new Map<string, RepairJob>();
  /** Numbers of those that are still on the disk and not remembered any more. */
  #forgotten: readonly number[] = [];
  #nextNumber = 1;
  #recovered: Promise<void> | undefined;

  constructor(parts: RepairJobsParts) {
    this.#parts = parts;
  }

  /** Goes on with what earlier runs of this node have not ended. */
  resume(): void {
    this.#ready().catch((error: unknown) => {
      if (!(error instanceof KvError)) throw error;
      this.#parts.log.warn('the repairs that were asked for cannot be read', { error });
    });
  }

  /** @throws KvError KV_USAGE for a scope that means nothing, KV_NOT_READY */
  plan(scope: RepairScope): RepairPlanView {
    return this.#planOf(this.#groups(scope));
  }

  /** Begins a repair; it is durable when this resolves. @throws KvError as `plan`, KV_OVERLOADED when too many run, KV_STORE_FAILED */
  async start(scope: RepairScope): Promise<StartedRepair> {
    await this.#ready();
    const groups = this.#groups(scope);
    const running = [...this.#jobs.values()].filter(({ isRunning }) => isRunning);
    if (running.length >= LIMITS.repairJobs)
      throw new KvError(
        'KV_OVERLOADED',
        `${running.length} repairs run on this node already; wait for one, or cancel it`,
        { hints: ['kv repair list', `kv repair cancel ${running[0]?.id ?? ''}`] },
      );
    const record = this.#newRecord(scope, groups);
    const job = this.#add({ number: this.#nextNumber, record });
    await this.#begin(job, groups);
    return { plan: this.#planOf(groups), job: job.view() };
  }

  /** All, oldest first, or the one that is named. @throws KvError KV_STORE_FAILED */
  async list(id: string | undefined): Promise<readonly RepairJobView[]> {
    await this.#ready();
    const jobs = [...this.#jobs.values()];
    return jobs.filter((job) => id === undefined || job.id === id).map((job) => job.view());
  }

  /** Ends a repair between two slots, for good; gives it as it is then, and nothing when there is none. @throws KvError when that cannot be kept */
  async cancel(id: string): Promise<readonly RepairJobView[]> {
    await this.#ready();
    await this.#jobs.get(id)?.cancel();
    return await this.list(id);
  }

  /** Resolves when nothing is under way; the signal must have come. */
  async idle(): Promise<void> {
    // Whoever asked for what could not be read was told of it.
    await this.#recovered?.catch(() => undefined);
    for (const job of this.#jobs.values()) await job.idle();
  }

  /** @throws KvError KV_STORE_FAILED; then it is tried again the next time */
  async #ready(): Promise<void> {
    this.#recovered ??= this.#recover();
    try {
      await this.#recovered;
    } catch (error) {
      this.#recovered = undefined;
      throw error;
    }
  }

  async #recover(): Promise<void> {
    const all = await this.#parts.kept.read();
    if (this.#parts.stopping.aborted) return;
    for (const one of all)
      if (one.record.state === 'running') this.#goOn(one);
      else this.#add(one);
    this.#forgetOld();
  }

  #goOn({ number, record }: KeptRepairJob): void {
    const { idleRestarts, scope } = record;
    const job = this.#add({ number, record: resumedRepair(record, this.#parts.clock.wallMs()) });
    if (idleRestarts < LIMITS.repairJobRestarts) job.resume(() => this.#groups(scope));
    else job.interrupt(`this node was restarted ${idleRestarts} times in a row before it came on`);
  }

  async #begin(job: RepairJob, groups: readonly RepairGroup[]): Promise<void> {
    this.#forgetOld();
    const forgotten = this.#forgotten;
    try {
      await job.begin(groups, forgotten);
    } catch (error) {
      this.#jobs.delete(job.id);
      throw error;
    }
    this.#forgotten = this.#forgotten.filter((number) => !forgotten.includes(number));
  }

  #add(one: KeptRepairJob): RepairJob {
    const job = new RepairJob(this.#parts, one);
    this.#jobs.set(job.id, job);
    this.#nextNumber = Math.max(this.#nextNumber, one.number + 1);
    return job;
  }

  #newRecord(scope: RepairScope, groups: readonly RepairGroup[]): RepairJobRecord {
    return {
      id: this.#freshId(),
      scope,
      state: 'running',
      startedAtMs: this.#parts.clock.wallMs(),
      tookMs: 0,
      ranges: rangesOf(groups),
      counts: { done: 0, repaired: 0, partial: 0, failed: 0 },
      moves: NOTHING_DONE,
      problem: '',
      away: [],
      restarts: 0,
      resumedAtMs: undefined,
      idleRestarts: 0,
      cursor: cursorAt(groups),
    };
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
      if (job.isRunning) continue;
      this.#jobs.delete(id);
      this.#forgotten = [...this.#forgotten, job.number];
    }
  }
}
