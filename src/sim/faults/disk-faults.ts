import type { Random } from '../../node/env/random.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import type { MemoryDisk } from '../memory-disk.js';
import type { World } from '../run/world.js';
import type { SimProcess } from '../sim-process.js';
import type { Fault, ScheduledFault } from './fault.js';
import type { FaultOf } from './fault-parts.js';
import { damageOneRecord } from './rot.js';

/**
 * A clone starts from a copy this old: what its original wrote since is known to its peers by then, so they can tell. A copy that starts
 * at once may lack writes that nobody has heard of; no store can tell that one.
 */
const CLONE_AGE_MS = 5_000;

/** What is left of a disk that is full: less than any reserve, and enough that nothing fails before a node notices. */
const LEFT_BYTES = 1024 * 1024;

/** Ends the process of a node, if it runs. */
type Kill = (node: string) => void;

export interface DiskFaultParts {
  readonly world: World;
  readonly random: Random;
  /** What a step of a disk takes when nothing is wrong, in ms. */
  readonly stepMs: () => number;
  readonly kill: Kill;
}

/** What goes wrong with disks: slow, failing, full and rotten ones, and nodes that start from a disk that is not theirs. */
export class DiskFaults {
  readonly #world: World;
  readonly #parts: DiskFaultParts;
  readonly #slowMs = new Map<string, number>();
  readonly #images = new Map<ScheduledFault, MemoryDisk>();
  readonly #impostors = new Set<SimProcess>();
  readonly #wrongDisks = new Set<MemoryDisk>();

  constructor(parts: DiskFaultParts) {
    this.#world = parts.world;
    this.#parts = parts;
    parts.world.cluster.diskDelayMs = (machine) =>
      parts.stepMs() + (this.#slowMs.get(machine) ?? 0);
  }

  /** True when the process runs from a disk that it must not run from. */
  isImpostor(process: SimProcess): boolean {
    return this.#impostors.has(process);
  }

  /** True for an old image, or a copy: what lies on it is not what its node has. */
  isWrongDisk(disk: MemoryDisk): boolean {
    return this.#wrongDisks.has(disk);
  }

  /** Takes the image in time from which a node will be started, if the fault needs one. */
  prepare(scheduled: ScheduledFault): void {
    const { atMs, fault } = scheduled;
    const ageMs = imageAgeOf(fault);
    if (ageMs === undefined || !('node' in fault)) return;
    this.#after(Math.max(0, atMs - ageMs), () => {
      this.#images.set(scheduled, this.#world.cluster.machine(fault.node).disk.copy());
    });
  }

  /** Disks are as fast as ever. */
  heal(): void {
    this.#slowMs.clear();
  }

  slow({ node, stepMs, forMs }: FaultOf<'disk-slow'>): void {
    this.#slowMs.set(node, (this.#slowMs.get(node) ?? 0) + stepMs);
    this.#after(forMs, () => {
      const left = (this.#slowMs.get(node) ?? 0) - stepMs;
      if (left > 0) this.#slowMs.set(node, left);
      else this.#slowMs.delete(node);
    });
  }

  fail({ node, how, forMs }: FaultOf<'disk-fail'>): void {
    const { cluster, supervisor } = this.#world;
    const { disk } = cluster.machine(node);
    disk.failWrites(SHARD_FOLDER, how);
    this.#after(forMs, () => {
      this.#tell(node, 'gets a disk that works, and is started again');
      disk.healWrites(SHARD_FOLDER);
      this.#parts.kill(node);
      supervisor.ensure(node);
    });
  }

  fill({ node, forMs }: FaultOf<'disk-full'>): void {
    const { disk } = this.#world.cluster.machine(node);
    disk.setFreeBytes(LEFT_BYTES);
    this.#after(forMs, () => {
      this.#tell(node, 'has space on its disk again');
      disk.setFreeBytes(undefined);
    });
  }

  rot({ node }: FaultOf<'rot'>): void {
    const key = damageOneRecord(this.#world.cluster.machine(node).disk, this.#parts.random);
    this.#tell(
      node,
      key === undefined ? 'has no record that could rot' : `a bit of ${key} flips on its disk`,
    );
  }

  rollBack(scheduled: ScheduledFault, { node, forMs }: FaultOf<'rollback'>): void {
    const { cluster, supervisor } = this.#world;
    const image = this.#images.get(scheduled);
    if (image === undefined) return;
    this.#images.delete(scheduled);
    supervisor.hold(node);
    this.#parts.kill(node);
    const right = cluster.machine(node).disk;
    this.#wrongDisks.add(image);
    cluster.addMachine(node, image);
    this.#impostors.add(cluster.launch(node).process);
    this.#after(forMs, () => {
      this.#tell(node, 'has its right disk again');
      this.#parts.kill(node);
      cluster.addMachine(node, right);
      supervisor.release(node);
    });
  }

  clone(scheduled: ScheduledFault, { node, forMs }: FaultOf<'clone'>): void {
    const { cluster, supervisor } = this.#world;
    const image = this.#images.get(scheduled);
    this.#images.delete(scheduled);
    const copy = `${node}-copy`;
    const original = cluster.find(node);
    if (original?.isUp() !== true || image === undefined || cluster.find(copy) !== undefined)
      return;
    supervisor.hold(node);
    supervisor.hold(copy);
    this.#wrongDisks.add(image);
    cluster.addMachine(copy, image);
    this.#impostors.add(cluster.launch(copy).process);
    this.#after(forMs, () => {
      // If nothing was written since the copy was made, the later start wins, and its disk is the right one.
      const took = cluster.find(copy)?.isUp() === true && !original.process.alive();
      this.#tell(
        node,
        took ? 'goes on with the disk of its copy' : 'its copy is gone, and it is started again',
      );
      this.#parts.kill(copy);
      cluster.removeMachine(copy);
      this.#parts.kill(node);
      if (took) {
        this.#wrongDisks.delete(image);
        cluster.addMachine(node, image);
      }
      supervisor.release(node);
    });
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
