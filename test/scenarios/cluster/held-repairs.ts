import { vi } from 'vitest';
import type { RepairGroup } from '../../../src/node/core/repair/repair-groups.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import type { NamespaceChange } from '../../../src/node/core/views/namespace-views.js';
import type {
  RepairCall,
  RepairJobView,
  RepairScope,
} from '../../../src/node/core/views/repair-views.js';
import { GroupRepairs } from '../../../src/node/repair/group-repair.js';
import { BootedCluster } from './booted-cluster.js';

/** After so long what a repair has done is kept. */
export const KEPT_MS = LIMITS.repairJobKeepMs + 500;

/** Four nodes whose ranges are four groups, and repairs that n1 is asked for and that wait before each group until they are let go. */
export class HeldRepairs {
  readonly cluster: BootedCluster;
  /** Groups that repairs have gone over to their end. */
  ended: RepairGroup[] = [];
  waiting: (() => void)[] = [];
  isHeld = true;

  private constructor(cluster: BootedCluster) {
    this.cluster = cluster;
  }

  static async open(): Promise<HeldRepairs> {
    const held = new HeldRepairs(await BootedCluster.of(4, 5));
    await held.cluster.execute('n1', { kind: 'put', key: 'before', value: 'v' });
    held.#hold();
    return held;
  }

  async ask(call: RepairCall): Promise<readonly RepairJobView[]> {
    return (await this.cluster.run(this.cluster.at('n1').node.admin.repair(call))).jobs;
  }

  async begin(scope: RepairScope = {}): Promise<RepairJobView> {
    const [job] = await this.ask({ action: 'start', scope });
    if (job === undefined) throw new Error('nothing began');
    return job;
  }

  async jobs(): Promise<readonly RepairJobView[]> {
    return await this.ask({ action: 'jobs', job: undefined });
  }

  async only(): Promise<RepairJobView> {
    const [job, ...more] = await this.jobs();
    if (job === undefined || more.length > 0) throw new Error('one job is expected');
    return job;
  }

  /** Makes another namespace, or drops it. */
  async orders(action: 'create' | 'drop'): Promise<void> {
    const namespace = {
      name: 'orders',
      mode: 'lww',
      replication: undefined,
      defaultTtlMs: undefined,
      defaultLevel: 'quorum',
    } as const;
    const change: NamespaceChange =
      action === 'create' ? { action, namespace } : { action, name: 'orders' };
    await this.cluster.run(this.cluster.at('n2').node.admin.namespaces.change(change, 5_000));
  }

  letGo(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** Lets the repair go over so many groups, and keep that it has. */
  async goOver(groups: number): Promise<void> {
    for (let i = 0; i < groups; i++) {
      const before = this.ended.length;
      await this.cluster.until(() => this.waiting.length > 0, 120_000);
      this.letGo();
      await this.cluster.until(() => this.ended.length > before);
      await this.cluster.scheduler.advance(KEPT_MS);
    }
  }

  /** Begins a repair of all ranges, and lets it go over some groups. */
  async cutOff(groups: number): Promise<RepairJobView> {
    const job = await this.begin();
    await this.goOver(groups);
    return job;
  }

  /** The driver crashes. */
  kill(left: 'lost' | 'kept' = 'lost'): void {
    this.cluster.kill('n1', left);
    this.waiting = [];
  }

  /** It crashes and starts again. */
  async killed(left: 'lost' | 'kept' = 'lost'): Promise<void> {
    this.kill(left);
    await this.cluster.start('n1');
  }

  /** The end of the only repair, whatever is left of it. */
  async toItsEnd(): Promise<RepairJobView> {
    this.isHeld = false;
    for (let i = 0; i < 300; i++) {
      this.letGo();
      const job = await this.only();
      if (job.state !== 'running') return job;
      await this.cluster.scheduler.advance(500);
    }
    throw new Error('it has no end');
  }

  /** What the driver told of repairs since it started. */
  events(): readonly string[] {
    const { events } = this.cluster.at('n1').node;
    const told = events.after(0).filter(({ kind }) => kind === 'repair');
    return told.map(({ message }) => message);
  }

  #hold(): void {
    const hold = async (): Promise<void> => {
      if (this.isHeld) await new Promise<void>((resolve) => this.waiting.push(resolve));
    };
    const ended = (group: RepairGroup): void => void this.ended.push(group);
    const run: GroupRepairs['run'] = Reflect.get(GroupRepairs.prototype, 'run');
    vi.spyOn(GroupRepairs.prototype, 'run').mockImplementation(async function (
      this: GroupRepairs,
      group,
      order,
    ) {
      // Only those that people asked for say what they do.
      const isAsked = order.onDone !== undefined;
      if (isAsked) await hold();
      const end = await run.call(this, group, order);
      if (isAsked) ended(group);
      return end;
    });
  }
}
