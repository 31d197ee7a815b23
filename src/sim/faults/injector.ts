import type { Random } from '../../node/env/random.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import type { MemoryDisk } from '../memory-disk.js';
import type { NetworkOptions } from '../network.js';
import type { World } from '../run/world.js';
import type { SimProcess } from '../sim-process.js';
import type { Fault, ScheduledFault } from './fault.js';
import { damageOneRecord } from './rot.js';

type Of<K extends Fault['kind']> = Extract<Fault, { readonly kind: K }>;

/**
 * A clone starts from a copy this old: what its original wrote since is known to its peers by then, so they can tell. A copy that starts
 * at once may lack writes that nobody has heard of; no store can tell that one.
 */
const CLONE_AGE_MS = 5_000;

/** What a whole network suffers while a fault lasts. */
type Weather = Of<'network'>;

/** Does to a world what a schedule says, and takes it back in time. */
export class FaultInjector {
  readonly #world: World;
  readonly #random: Random;
  readonly #calm: NetworkOptions;
  readonly #injected = new Map<Fault['kind'], number>();
  readonly #weather = new Set<Weather>();
  readonly #slowDisks = new Map<string, number>();
  readonly #images = new Map<ScheduledFault, MemoryDisk>();
  readonly #impostors = new Set<SimProcess>();
  readonly #baseDiskMs: () => number;

  constructor(world: World, random: Random, baseDiskMs: () => number) {
    this.#world = world;
    this.#random = random;
    this.#baseDiskMs = baseDiskMs;
    this.#calm = world.cluster.network.options;
    world.cluster.diskDelayMs = (machine) => this.#diskMs(machine);
  }

  /** Faults that struck, by kind. */
  injected(): ReadonlyMap<Fault['kind'], number> {
    return this.#injected;
  }

  /** True when the process runs from a disk that it must not run from. */
  isImpostor(process: SimProcess): boolean {
    return this.#impostors.has(process);
  }

  /** Sets the faults up, counted from now. */
  schedule(faults: readonly ScheduledFault[]): void {
    for (const scheduled of faults) {
      const { atMs, fault } = scheduled;
      const ageMs = imageAgeOf(fault);
      if (ageMs !== undefined && 'node' in fault) {
        this.#after(Math.max(0, atMs - ageMs), () => {
          this.#images.set(scheduled, this.#world.cluster.machine(fault.node).disk.copy());
        });
      }
      this.#after(atMs, () => {
        this.#inject(scheduled);
      });
    }
  }

  /** All faults are over: the network is calm, clocks are right, whatever was down is started. */
  healAll(): void {
    const { cluster, clients, clocks } = this.#world;
    cluster.network.healAll();
    this.#weather.clear();
    this.#applyWeather();
    this.#slowDisks.clear();
    clocks.look();
    for (const { process } of cluster.processes()) if (process.paused()) process.resume();
    for (const process of clients.values()) if (process.paused()) process.resume();
    for (const { clock } of [...cluster.machines(), ...clients.values()]) clock.setRight();
    for (const { name } of cluster.machines()) this.#world.supervisor.ensure(name);
  }

  #inject(scheduled: ScheduledFault): void {
    const { fault } = scheduled;
    this.#injected.set(fault.kind, (this.#injected.get(fault.kind) ?? 0) + 1);
    this.#world.cluster.scheduler.trace.text(fault.kind);
    switch (fault.kind) {
      case 'crash':
        return this.#crash(fault);
      case 'restart':
        return this.#restart(fault);
      case 'pause':
        return this.#pause(fault);
      case 'partition':
        return this.#partition(fault);
      case 'clog':
        return this.#clog(fault);
      case 'network':
        return this.#changeWeather(fault);
      case 'reset':
        return this.#world.cluster.network.reset(fault.from, fault.to);
      case 'clock-jump':
        return this.#jump(fault);
      case 'clock-drift':
        return this.#clockOf(fault.machine)?.drift(fault.partsPerMillion);
      case 'disk-slow':
        return this.#slow(fault);
      case 'disk-fail':
        return this.#failDisk(fault.node, fault.how, fault.forMs);
      case 'disk-full':
        return this.#fillDisk(fault);
      case 'rot':
        return this.#rot(fault);
      case 'rollback':
        return this.#rollBack(scheduled, fault);
      case 'clone':
        return this.#clone(scheduled, fault);
    }
  }

  #crash({ node, forMs, underWay }: Of<'crash'>): void {
    this.#tell(node, `loses power for ${forMs} ms`);
    this.#down(node, forMs);
    this.#kill(node, underWay);
  }

  #restart({ node, forMs }: Of<'restart'>): void {
    const { cluster } = this.#world;
    if (cluster.find(node)?.isUp() !== true) return;
    this.#tell(node, 'is told to drain and stop');
    this.#down(node, forMs);
    // It may be killed meanwhile, and then never answers; what it throws is a defect, and ends the simulation.
    void cluster.drain(node).then(() => {
      this.#tell(node, 'has drained and stopped');
      this.#world.supervisor.ensure(node);
    });
  }

  #pause({ machine, forMs }: Of<'pause'>): void {
    const process = this.#processOf(machine);
    if (process === undefined) return;
    this.#tell(machine, `stands still for ${forMs} ms`);
    process.pause();
    this.#after(forMs, () => {
      if (process.paused()) process.resume();
    });
  }

  #partition({ sides, direction, forMs }: Of<'partition'>): void {
    const { rules } = this.#world.cluster.network;
    const ways = waysBetween(sides, direction);
    this.#tell(
      'all',
      `partition ${sides.map((side) => side.join(',')).join(' | ')} ${direction} for ${forMs} ms`,
    );
    for (const [from, to] of ways) rules.cut(from, to);
    this.#after(forMs, () => {
      for (const [from, to] of ways) rules.heal(from, to);
      this.#tell('all', `partition ${sides.map((side) => side.join(',')).join(' | ')} ends`);
    });
  }

  #clog({ links, forMs }: Of<'clog'>): void {
    const { rules } = this.#world.cluster.network;
    this.#tell(
      'all',
      `links ${links.map(([from, to]) => `${from}>${to}`).join(' ')} clog for ${forMs} ms`,
    );
    for (const [from, to] of links) rules.clog(from, to);
    this.#after(forMs, () => {
      for (const [from, to] of links) rules.unclog(from, to);
    });
  }

  #changeWeather(weather: Weather): void {
    const { loss, duplicates, latencyFactor, forMs } = weather;
    this.#tell(
      'all',
      `network: loss ${loss}, duplicates ${duplicates}, latency x${latencyFactor} for ${forMs} ms`,
    );
    this.#weather.add(weather);
    this.#applyWeather();
    this.#after(forMs, () => {
      this.#weather.delete(weather);
      this.#applyWeather();
    });
  }

  #applyWeather(): void {
    const all = [...this.#weather];
    const worst = (of: (weather: Weather) => number): number => Math.max(0, ...all.map(of));
    const loss = worst((weather) => weather.loss);
    const duplicates = worst((weather) => weather.duplicates);
    const factor = Math.max(
      1,
      worst((weather) => weather.latencyFactor),
    );
    const bounds = all.flatMap(({ bytesPerMs }) => (bytesPerMs === undefined ? [] : [bytesPerMs]));
    const calm = this.#calm;
    this.#world.cluster.network.options = {
      latencyMs: (from, to) => factor * calm.latencyMs(from, to),
      loss: (from, to) => Math.max(loss, calm.loss(from, to)),
      duplicates: () => duplicates,
      bytesPerMs: bounds.length === 0 ? calm.bytesPerMs : Math.min(...bounds),
    };
  }

  #jump({ machine, byMs }: Of<'clock-jump'>): void {
    this.#tell(machine, `its clock jumps by ${byMs} ms`);
    this.#world.clocks.look();
    this.#clockOf(machine)?.jump(byMs);
    this.#world.clocks.look();
  }

  #slow({ node, stepMs, forMs }: Of<'disk-slow'>): void {
    this.#tell(node, `each step of its disk takes ${stepMs} ms more, for ${forMs} ms`);
    this.#slowDisks.set(node, (this.#slowDisks.get(node) ?? 0) + stepMs);
    this.#after(forMs, () => {
      const left = (this.#slowDisks.get(node) ?? 0) - stepMs;
      if (left > 0) this.#slowDisks.set(node, left);
      else this.#slowDisks.delete(node);
    });
  }

  #failDisk(node: string, how: 'write' | 'sync', forMs: number): void {
    const { cluster, supervisor } = this.#world;
    this.#tell(node, `its disk fails to ${how}, for ${forMs} ms`);
    const { disk } = cluster.machine(node);
    disk.failWrites(SHARD_FOLDER, how);
    this.#after(forMs, () => {
      this.#tell(node, 'gets a disk that works, and is started again');
      disk.healWrites(SHARD_FOLDER);
      this.#kill(node, 'lost');
      supervisor.ensure(node);
    });
  }

  #fillDisk({ node, forMs }: Of<'disk-full'>): void {
    const { disk } = this.#world.cluster.machine(node);
    disk.setFreeBytes(0);
    this.#after(forMs, () => {
      disk.setFreeBytes(undefined);
    });
    this.#failDisk(node, 'write', forMs);
  }

  #rot({ node }: Of<'rot'>): void {
    const key = damageOneRecord(this.#world.cluster.machine(node).disk, this.#random);
    this.#tell(
      node,
      key === undefined ? 'has no record that could rot' : `a bit of ${key} flips on its disk`,
    );
  }

  #rollBack(scheduled: ScheduledFault, { node, forMs, ageMs }: Of<'rollback'>): void {
    const { cluster, supervisor } = this.#world;
    const image = this.#images.get(scheduled);
    if (image === undefined) return;
    this.#images.delete(scheduled);
    this.#tell(node, `is started from an image of its disk ${ageMs} ms old`);
    supervisor.hold(node);
    this.#kill(node, 'lost');
    const right = cluster.machine(node).disk;
    cluster.addMachine(node, image);
    this.#impostors.add(cluster.launch(node).process);
    this.#after(forMs, () => {
      this.#tell(node, 'has its right disk again');
      this.#kill(node, 'lost');
      cluster.addMachine(node, right);
      supervisor.release(node);
    });
  }

  #clone(scheduled: ScheduledFault, { node, forMs }: Of<'clone'>): void {
    const { cluster, supervisor } = this.#world;
    const image = this.#images.get(scheduled);
    this.#images.delete(scheduled);
    const copy = `${node}-copy`;
    const original = cluster.find(node);
    if (original?.isUp() !== true || image === undefined || cluster.find(copy) !== undefined)
      return;
    this.#tell(node, 'a copy of it starts on another machine');
    supervisor.hold(node);
    supervisor.hold(copy);
    cluster.addMachine(copy, image);
    this.#impostors.add(cluster.launch(copy).process);
    this.#after(forMs, () => {
      // If nothing was written since the copy was made, the later start wins, and its disk is the right one.
      const took = cluster.find(copy)?.isUp() === true && !original.process.alive();
      this.#tell(
        node,
        took ? 'goes on with the disk of its copy' : 'its copy is gone, and it is started again',
      );
      this.#kill(copy, 'lost');
      cluster.removeMachine(copy);
      this.#kill(node, 'lost');
      if (took) cluster.addMachine(node, image);
      supervisor.release(node);
    });
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

  #clockOf(machine: string): SimProcess['clock'] | undefined {
    return this.#world.clients.get(machine)?.clock ?? this.#world.cluster.machine(machine).clock;
  }

  #diskMs(machine: string): number {
    return this.#baseDiskMs() + (this.#slowDisks.get(machine) ?? 0);
  }

  #after(delayMs: number, run: () => void): void {
    this.#world.cluster.scheduler.after(delayMs, run);
  }

  #tell(who: string, what: string): void {
    this.#world.chronicle.add(who, what);
  }
}

/** How old the disk is from which a node is started that must not be; undefined when the fault has none. */
function imageAgeOf(fault: Fault): number | undefined {
  if (fault.kind === 'rollback') return fault.ageMs;
  return fault.kind === 'clone' ? CLONE_AGE_MS : undefined;
}

/** The directed links that a partition cuts. */
function waysBetween(
  sides: Of<'partition'>['sides'],
  direction: Of<'partition'>['direction'],
): readonly (readonly [from: string, to: string])[] {
  const ways: (readonly [string, string])[] = [];
  for (const [i, side] of sides.entries()) {
    for (const [j, other] of sides.entries()) {
      if (i === j || (direction === 'one-way' && !(i === 0 && j === 1))) continue;
      for (const from of side) for (const to of other) ways.push([from, to]);
    }
  }
  return ways;
}
