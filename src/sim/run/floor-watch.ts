import { DATA_KEYS, decodeDataKey } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import type { StoredRecord } from '../../node/core/version/record.js';
import { compareVersions, formatVersion } from '../../node/core/version/version.js';
import type { NodeEnv } from '../../node/env/env.js';
import type { BatchOperation, Storage } from '../../node/env/storage.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { FLOORS } from '../../node/store/system-keys.js';
import { utf8Decode } from '../../stdx/bytes.js';
import { ownersOfData } from '../newest-view.js';
import type { MemoryDisk } from '../memory-disk.js';
import type { NodeRun } from '../node-run.js';
import type { SimMachine } from '../sim-machine.js';
import type { Findings } from './findings.js';
import { floorOnDisk, floorsIn } from './floor-on-disk.js';
import { replacing } from './replacing.js';
import type { World } from './world.js';

export interface FloorWatchParts {
  readonly world: World;
  readonly findings: Findings;
  /** Whether the node that has this disk is one that must not run. */
  readonly isWrongDisk: (disk: MemoryDisk) => boolean;
  /** Told of each tombstone that a node purges. */
  readonly purged: (machine: string, key: Uint8Array) => void;
}

/** How much all nodes have forgotten. */
export interface Forgotten {
  /** Times that a node has lifted floors. */
  readonly rises: number;
  /** Tombstones that went for good, counted on each node. */
  readonly purged: number;
  /** Copies of values that went because their tombstone had gone everywhere else. */
  readonly dropped: number;
  /** Expired values whose bytes were dropped. */
  readonly swept: number;
  /** Copies that a node removed because it does not own them. */
  readonly cleared: number;
}

/**
 * Watches on the disks what nodes forget (`floor-broken`): a floor stays below the time by the grace; a copy that goes is at or below a floor; when a
 * tombstone goes nobody has an older copy of its key; and a node takes over nothing that is at or below its own floor.
 */
export class FloorWatch {
  readonly #parts: FloorWatchParts;
  readonly #counts = { rises: 0, purged: 0, dropped: 0, swept: 0, cleared: 0 };

  constructor(parts: FloorWatchParts) {
    this.#parts = parts;
  }

  forgotten(): Forgotten {
    return { ...this.#counts };
  }

  /** The world of one run of a node, watched. */
  watch({ machine }: NodeRun, env: NodeEnv): NodeEnv {
    const { disk } = env;
    const openStorage: NodeEnv['disk']['openStorage'] = async (folder, options) => {
      const storage = await disk.openStorage(folder, options);
      return folder === SHARD_FOLDER ? this.#watchStorage(machine, storage) : storage;
    };
    return { ...env, disk: replacing(disk, { openStorage }) };
  }

  #watchStorage(machine: SimMachine, storage: Storage): Storage {
    return replacing(storage, {
      write: async (batch, options) => {
        if (!this.#parts.isWrongDisk(machine.disk)) this.#lookAt(machine, batch);
        await storage.write(batch, options);
      },
    });
  }

  /** A batch is about to be written. */
  #lookAt(machine: SimMachine, batch: readonly BatchOperation[]): void {
    const isFloored = batch.some(({ key }) => isFloor(key));
    for (const operation of batch) {
      const { key } = operation;
      if (operation.type === 'put' && isFloor(key))
        this.#lookAtFloors(machine, key, operation.value);
      if (key[0] !== DATA_KEYS.gte[0]) continue;
      const held = copyOf(machine.disk, key);
      // Of a copy that is damaged nobody knows what it was.
      if (held === 'damaged') continue;
      if (operation.type === 'del') this.#lookAtRemoval(machine, key, held);
      else if (!isFloored) this.#lookAtPut(machine, operation, held);
    }
  }

  #lookAtFloors({ name, disk }: SimMachine, key: Uint8Array, value: Uint8Array): void {
    const { clocks, cluster } = this.#parts.world;
    const before = floorsIn(key, disk.valueOf(SHARD_FOLDER, key));
    const runs = floorsIn(key, value).runs();
    if (runs.some((run) => run.value > before.lowest(run))) this.#counts.rises += 1;
    const mostMs = clocks.highestWallMs() - cluster.settings.graceMs;
    const high = runs.find((run) => run.value > mostMs);
    if (high === undefined) return;
    const aboveMs = Math.round(high.value - mostMs);
    this.#tell(`${name} lifts a floor to ${aboveMs} ms above the time less the grace`);
  }

  #lookAtRemoval(machine: SimMachine, key: Uint8Array, held: StoredRecord | undefined): void {
    if (held === undefined) return;
    const owners = ownersOfData(this.#parts.world.cluster, key);
    // What is not its own a node may remove as it likes; nobody asks it for that.
    if (owners?.includes(machine.name) === false) {
      this.#counts.cleared += 1;
      return;
    }
    this.#counts[held.tombstone ? 'purged' : 'dropped'] += 1;
    const others = this.#machines().filter(({ name }) => owners?.includes(name) !== false);
    const floorMs = Math.max(...others.map(({ disk }) => floorOnDisk(disk, key)));
    const what = `${held.tombstone ? 'a tombstone' : 'a value'} at ${formatVersion(held.version)}`;
    if (held.version.ms > floorMs)
      this.#tell(`${machine.name} removes ${what}, above every floor`, key);
    if (!held.tombstone) return;
    this.#parts.purged(machine.name, decodeDataKey(key).key);
    for (const { name, disk } of others) {
      const copy = copyOf(disk, key);
      if (typeof copy !== 'object' || compareVersions(copy.version, held.version) >= 0) continue;
      const older = `one at ${formatVersion(copy.version)}`;
      this.#tell(`${machine.name} purges ${what} while ${name} still has ${older}`, key);
    }
  }

  #lookAtPut(
    { name, disk }: SimMachine,
    { key, value }: Extract<BatchOperation, { readonly type: 'put' }>,
    held: StoredRecord | undefined,
  ): void {
    const record = decodeRecord(key, value);
    if (typeof record !== 'object') return;
    const order = held === undefined ? -1 : compareVersions(held.version, record.version);
    if (order === 0 && record.tombstone && held?.tombstone === false) this.#counts.swept += 1;
    if (order >= 0 || record.version.ms > floorOnDisk(disk, key)) return;
    const what = `a copy at ${formatVersion(record.version)}`;
    this.#tell(`${name} takes over ${what}, at or below its floor`, key);
  }

  /** Those whose disk is the one that it must be. */
  #machines(): readonly SimMachine[] {
    const { cluster } = this.#parts.world;
    return cluster.machines().filter(({ disk }) => !this.#parts.isWrongDisk(disk));
  }

  #tell(message: string, dataKey?: Uint8Array): void {
    const key = dataKey && utf8Decode(decodeDataKey(dataKey).key);
    const about = key === undefined ? {} : { key };
    this.#parts.findings.add('floor-broken', `${key ?? 'a range'}: ${message}`, about);
  }
}

function isFloor(key: Uint8Array): boolean {
  return key[0] === FLOORS.gte[0] && key[1] === FLOORS.gte[1];
}

function copyOf(disk: MemoryDisk, dataKey: Uint8Array): StoredRecord | 'damaged' | undefined {
  const bytes = disk.valueOf(SHARD_FOLDER, dataKey);
  const copy = bytes && decodeRecord(dataKey, bytes);
  return typeof copy === 'string' ? 'damaged' : copy;
}
