import { LIMITS } from '../../node/core/limits.js';
import type { Fault, ScheduledFault } from '../faults/fault.js';
import { isLasting, machinesOf } from '../faults/fault-parts.js';
import type { NodeRun } from '../node-run.js';
import { newestViewOf } from '../newest-view.js';
import type { SimClient } from '../workload/sim-client.js';
import type { Findings } from './findings.js';
import type { World } from './world.js';

const LOOK_MS = 1_000;
/** A node that nothing has troubled for this long must be seen up by those that nothing has troubled either. */
const CALM_MS = 30_000;
/** What an operation may take over its time-out: a timer of a busy node, and the way of the answer. */
const LATE_MS = 3_000;
/** Loss and latency up to here trouble nobody. */
const CALM_LOSS = 0.05;
const CALM_LATENCY = 5;

/** Looks at a whole world once a second of virtual time, for what must not be even while faults last. */
export class Monitor {
  readonly #world: World;
  readonly #findings: Findings;
  readonly #clients: readonly SimClient[];
  /** Until when each machine is troubled. */
  readonly #troubledUntilMs = new Map<string, number>();
  #allTroubledUntilMs = 0;
  readonly #clientPausedMs = new Map<string, number>();
  #stopped = false;

  constructor(world: World, findings: Findings, clients: readonly SimClient[]) {
    this.#world = world;
    this.#findings = findings;
    this.#clients = clients;
  }

  /** Looks from now on; the faults, counted from now, say when a silence is not false. */
  start(faults: readonly ScheduledFault[]): void {
    for (const { atMs, fault } of faults) {
      this.#world.cluster.scheduler.after(atMs, () => {
        this.#trouble(fault);
      });
    }
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A node has begun, or ended: the others may take their time to notice. */
  touched(run: NodeRun): void {
    this.#troubleMachine(run.machine.name, this.#nowMs());
  }

  #next(): void {
    this.#world.cluster.scheduler.after(LOOK_MS, () => {
      if (this.#stopped) return;
      this.#look();
      this.#next();
    });
  }

  #look(): void {
    const running = this.#world.cluster.running();
    for (const run of running) this.#lookAtQueues(run);
    for (const client of this.#clients) this.#lookAtClient(client);
    const calm = running.filter((run) => this.#isCalm(run.machine.name));
    const names = new Set(calm.map((run) => run.machine.name));
    for (const run of calm) this.#lookAtSight(run, names);
  }

  #lookAtQueues({ machine, metrics }: NodeRun): void {
    const bounds = [
      ['kv_node_queue_bytes', LIMITS.nodeQueueBytes],
      ['kv_store_queue_bytes', LIMITS.writerQueueBytes + LIMITS.writerBackgroundQueueBytes],
    ] as const;
    for (const [name, bound] of bounds) {
      const value = metrics.value(name);
      if (value > bound)
        this.#findings.add(
          'queue-over-bound',
          `${name} of ${machine.name} is ${value}, over ${bound}`,
        );
    }
  }

  #lookAtClient(client: SimClient): void {
    const nowMs = this.#nowMs();
    if (client.process.paused()) this.#clientPausedMs.set(client.name, nowMs);
    const open = client.open();
    if (open === undefined) return;
    const sinceMs = Math.max(open.startMs, this.#clientPausedMs.get(client.name) ?? 0);
    if (nowMs - sinceMs <= LIMITS.clientTotalMs + LATE_MS) return;
    const message = `${client.name} waits for its ${open.kind} of ${open.key} since ${nowMs - sinceMs} ms`;
    this.#findings.add('waits-for-ever', message, { key: open.key, operations: [open.id] });
  }

  #lookAtSight(run: NodeRun, calm: ReadonlySet<string>): void {
    const members = newestViewOf(this.#world.cluster)?.metadata.members ?? [];
    for (const other of run.node.admin.describe().nodes) {
      // One that was removed ends as soon as it hears of it.
      if (other.membership === 'removed') continue;
      // That it was removed is heard before the epoch in which it was.
      if (members.some(({ nodeId, state }) => nodeId === other.nodeId && state === 'removed'))
        continue;
      if (other.liveness !== 'down' || !calm.has(other.name)) continue;
      const message = `${run.machine.name} holds ${other.name} for down, and nothing has troubled either for ${CALM_MS} ms`;
      this.#findings.add('false-death', message);
    }
  }

  #isCalm(name: string): boolean {
    const untilMs = Math.max(this.#allTroubledUntilMs, this.#troubledUntilMs.get(name) ?? 0);
    return this.#nowMs() > untilMs + CALM_MS;
  }

  #trouble(fault: Fault): void {
    const untilMs = this.#nowMs() + (isLasting(fault) ? fault.forMs : 0);
    if (fault.kind === 'network') {
      if (fault.loss <= CALM_LOSS && fault.latencyFactor <= CALM_LATENCY) return;
      this.#allTroubledUntilMs = Math.max(this.#allTroubledUntilMs, untilMs);
      return;
    }
    // A link has two ends, and the quiet one may be either's fault.
    for (const machine of machinesOf(fault)) this.#troubleMachine(machine, untilMs);
  }

  #troubleMachine(machine: string, untilMs: number): void {
    const known = this.#troubledUntilMs.get(machine) ?? 0;
    this.#troubledUntilMs.set(machine, Math.max(known, untilMs));
  }

  #nowMs(): number {
    return this.#world.cluster.scheduler.nowMs();
  }
}
