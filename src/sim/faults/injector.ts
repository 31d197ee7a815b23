import type { Random } from '../../node/env/random.js';
import type { MemoryDisk } from '../memory-disk.js';
import type { World } from '../run/world.js';
import type { SimProcess } from '../sim-process.js';
import { DiskFaults } from './disk-faults.js';
import type { Fault, ScheduledFault } from './fault.js';
import { isLasting, machinesOf, type FaultOf } from './fault-parts.js';
import { formatFault } from './format-scenario.js';
import { NetworkFaults } from './network-faults.js';

/** Does to a world what a schedule says, and takes it back in time. */
export class FaultInjector {
  readonly #world: World;
  readonly #random: Random;
  readonly #network: NetworkFaults;
  readonly #disks: DiskFaults;
  readonly #injected = new Map<Fault['kind'], number>();

  /** `diskMs` is what a step of a disk takes when nothing is wrong. */
  constructor(world: World, random: Random, diskMs: () => number) {
    this.#world = world;
    this.#random = random;
    this.#network = new NetworkFaults(world);
    const kill = (node: string): void => {
      this.#kill(node, 'lost');
    };
    this.#disks = new DiskFaults({ world, random, stepMs: diskMs, kill });
  }

  /** Faults that struck, by kind. */
  injected(): ReadonlyMap<Fault['kind'], number> {
    return this.#injected;
  }

  /** True when the process runs from a disk that it must not run from. */
  isImpostor(process: SimProcess): boolean {
    return this.#disks.isImpostor(process);
  }

  /** True for the disk of an impostor: what lies on it is not what its node has. */
  isWrongDisk(disk: MemoryDisk): boolean {
    return this.#disks.isWrongDisk(disk);
  }

  /** Sets the faults up, counted from now. */
  schedule(faults: readonly ScheduledFault[]): void {
    for (const scheduled of faults) {
      this.#disks.prepare(scheduled);
      this.#after(scheduled.atMs, () => {
        this.#inject(scheduled);
      });
    }
  }

  /** All faults are over: the network is calm, clocks are right, whatever was down is started. */
  healAll(): void {
    const { cluster, clients, clocks, supervisor } = this.#world;
    this.#network.heal();
    this.#disks.heal();
    clocks.look();
    for (const { process } of cluster.processes()) if (process.paused()) process.resume();
    for (const process of clients.values()) if (process.paused()) process.resume();
    for (const { clock } of [...cluster.machines(), ...clients.values()]) clock.setRight();
    for (const { name } of cluster.machines()) supervisor.ensure(name);
  }

  #inject(scheduled: ScheduledFault): void {
    const { fault } = scheduled;
    this.#injected.set(fault.kind, (this.#injected.get(fault.kind) ?? 0) + 1);
    this.#world.cluster.scheduler.trace.text(fault.kind);
    const machines = new Set(machinesOf(fault));
    const who = machines.size === 1 ? ([...machines][0] ?? 'all') : 'all';
    this.#world.chronicle.add(
      who,
      `FAULT ${formatFault(fault)}`,
      isLasting(fault) ? fault.forMs : undefined,
    );
    this.#strike(fault, scheduled);
  }

  #strike(fault: Fault, scheduled: ScheduledFault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault);
        break;
      case 'restart':
        this.#restart(fault);
        break;
      case 'pause':
        this.#pause(fault);
        break;
      case 'partition':
        this.#network.partition(fault);
        break;
      case 'clog':
        this.#network.clog(fault);
        break;
      case 'network':
        this.#network.changeWeather(fault);
        break;
      case 'reset':
        this.#world.cluster.network.reset(fault.from, fault.to);
        break;
      case 'clock-jump':
        this.#jump(fault);
        break;
      case 'clock-drift':
        this.#clockOf(fault.machine).drift(fault.partsPerMillion);
        break;
      case 'disk-slow':
        this.#disks.slow(fault);
        break;
      case 'disk-fail':
        this.#disks.fail(fault);
        break;
      case 'disk-full':
        this.#disks.fill(fault);
        break;
      case 'rot':
        this.#disks.rot(fault);
        break;
      case 'rollback':
        this.#disks.rollBack(scheduled, fault);
        break;
      case 'clone':
        this.#disks.clone(scheduled, fault);
        break;
    }
  }

  #crash({ node, forMs, underWay }: FaultOf<'crash'>): void {
    this.#down(node, forMs);
    this.#kill(node, underWay);
  }

  #restart({ node, forMs }: FaultOf<'restart'>): void {
    const { cluster } = this.#world;
    if (cluster.find(node)?.isUp() !== true) return;
    this.#down(node, forMs);
    // It may be killed meanwhile, and then never answers; what it throws is a defect, and ends the simulation.
    void cluster.drain(node).then(() => {
      this.#tell(node, 'has drained and stopped');
      this.#world.supervisor.ensure(node);
    });
  }

  #pause({ machine, forMs }: FaultOf<'pause'>): void {
    const process = this.#processOf(machine);
    if (process === undefined) return;
    process.pause();
    this.#after(forMs, () => {
      if (process.paused()) process.resume();
    });
  }

  #jump({ machine, byMs }: FaultOf<'clock-jump'>): void {
    this.#world.clocks.look();
    this.#clockOf(machine).jump(byMs);
    this.#world.clocks.look();
  }

  /** Keeps a node down for a while, from when it ends. */
  #down(node: string, forMs: number): void {
    const { supervisor } = this.#world;
    supervisor.hold(node);
    this.#after(forMs, () => {
      supervisor.release(node);
    });
  }

  /** Ends the process of a node, if it runs; of its last writes some or all survive. */
  #kill(node: string, underWay: 'lost' | 'kept'): void {
    if (this.#world.cluster.find(node) === undefined) return;
    this.#world.cluster.kill(node, ({ unsynced, underWay: batches }) => {
      const all = unsynced + batches;
      return underWay === 'kept' ? all : Math.floor(this.#random.nextFloat() * all);
    });
  }

  #processOf(machine: string): SimProcess | undefined {
    return this.#world.cluster.find(machine)?.process ?? this.#world.clients.get(machine);
  }

  #clockOf(machine: string): SimProcess['clock'] {
    return this.#world.clients.get(machine)?.clock ?? this.#world.cluster.machine(machine).clock;
  }

  #after(delayMs: number, run: () => void): void {
    this.#world.cluster.scheduler.after(delayMs, run);
  }

  #tell(who: string, what: string): void {
    this.#world.chronicle.add(who, what);
  }
}
