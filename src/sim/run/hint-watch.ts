import { decodeHint, decodeHintKey, HINT_KEYS, type HintId } from '../../node/core/hints/hint.js';
import { encodeMarkKey } from '../../node/core/hints/repair-mark.js';
import { slotOf } from '../../node/core/ring/token.js';
import { encodeDataKey } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import { compareVersions, formatVersion } from '../../node/core/version/version.js';
import type { NodeEnv } from '../../node/env/env.js';
import type { BatchOperation, Storage } from '../../node/env/storage.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { equalBytes, utf8Decode } from '../../stdx/bytes.js';
import { ownersOfData } from '../newest-view.js';
import type { NodeRun } from '../node-run.js';
import type { SimCluster } from '../sim-cluster.js';
import type { SimMachine } from '../sim-machine.js';
import type { Findings } from './findings.js';
import { floorOnDisk } from './floor-on-disk.js';

/** Once all faults are over and all nodes are up, every hint is delivered, or its slot marked, within this time. */
const END_MS = 60_000;

/**
 * Watches what becomes of hints: when one is forgotten, its target holds what it brought, or something newer, on its disk, or its slot is
 * marked for repair; and when all is well again, none is left.
 */
export class HintWatch {
  readonly #cluster: SimCluster;
  readonly #findings: Findings;

  constructor(cluster: SimCluster, findings: Findings) {
    this.#cluster = cluster;
    this.#findings = findings;
  }

  /** The world of one run of a node, watched. */
  watch({ machine }: NodeRun, env: NodeEnv): NodeEnv {
    const { disk } = env;
    const openStorage: NodeEnv['disk']['openStorage'] = async (folder, options) => {
      const storage = await disk.openStorage(folder, options);
      return folder === SHARD_FOLDER ? this.#watchStorage(machine, storage) : storage;
    };
    return { ...env, disk: { ...bound(disk), openStorage } };
  }

  /** At the end, when the nodes are up and agree. */
  async judge(): Promise<void> {
    const cluster = this.#cluster;
    const left = (): readonly NodeRun[] =>
      cluster.running().filter(({ node }) => node.hints.count > 0);
    if (await cluster.scheduler.reached(() => left().length === 0, END_MS)) return;
    for (const { machine, node } of left())
      this.#findings.add(
        'hint-never-ends',
        `${machine.name} keeps ${node.hints.count} hints after ${END_MS} ms of peace`,
      );
  }

  #watchStorage(machine: SimMachine, storage: Storage): Storage {
    return {
      get: (key) => storage.get(key),
      getMany: (keys) => storage.getMany(keys),
      iterate: (range) => storage.iterate(range),
      approximateSize: (range) => storage.approximateSize(range),
      properties: () => storage.properties(),
      figures: () => storage.figures(),
      compact: (range) => storage.compact(range),
      close: () => storage.close(),
      write: async (batch, options) => {
        for (const { type, key } of batch)
          if (type === 'del' && key[0] === HINT_KEYS.gte[0]) this.#lookAt(machine, key, batch);
        await storage.write(batch, options);
      },
    };
  }

  /** A hint is about to be forgotten. */
  #lookAt(machine: SimMachine, hintKey: Uint8Array, batch: readonly BatchOperation[]): void {
    const id = decodeHintKey(hintKey);
    if (isMarked(machine, id, batch)) return;
    const stored = machine.disk.valueOf(SHARD_FOLDER, hintKey);
    const hint = stored === undefined ? undefined : decodeHint(hintKey, stored);
    // The disk of one that has gone meanwhile may be another by now.
    const target = this.#cluster.running().find(({ node }) => node.nodeId === id.target)?.machine;
    if (hint === undefined || target === undefined) return;
    // One that does not own it any more needs no hint: it went to those that do.
    if (
      ownersOfData(this.#cluster, encodeDataKey({ ...id, key: hint.key }))?.includes(
        target.name,
      ) === false
    )
      return;
    const key = utf8Decode(hint.key);
    const missing = missingOn(target, { ...id, ...hint });
    if (missing === undefined || this.#isHandedOver(machine, { ...id, ...hint })) return;
    const message = `${machine.name} forgets a hint of ${key} for ${target.name}, which ${missing}`;
    this.#findings.add('hint-forgotten', message, { key });
  }

  /** Whether its keeper leaves, and has given it to another owner: repair brings it to the target then. */
  #isHandedOver(keeper: SimMachine, hint: Brought): boolean {
    const run = this.#cluster.find(keeper.name);
    const state = run?.node.metadata.current()?.metadata;
    const own = state?.members.find(({ name }) => name === keeper.name);
    if (own?.state !== 'leaving' || state?.plan?.step !== 'read-new') return false;
    const owners = ownersOfData(this.#cluster, encodeDataKey(hint)) ?? [];
    return this.#cluster
      .running()
      .some(
        ({ node, machine }) =>
          node.nodeId !== hint.target &&
          owners.includes(machine.name) &&
          missingOn(machine, hint) === undefined,
      );
  }
}

type Brought = HintId & { readonly key: Uint8Array; readonly record: Uint8Array };

/** Whether the slot of a hint is marked for repair, by the same batch at the latest. */
function isMarked(machine: SimMachine, id: HintId, batch: readonly BatchOperation[]): boolean {
  const mark = encodeMarkKey({ namespace: id.namespace, slot: slotOf(id.token) });
  if (machine.disk.valueOf(SHARD_FOLDER, mark) !== undefined) return true;
  return batch.some(({ type, key }) => type === 'put' && equalBytes(key, mark));
}

/** What the target lacks of what a hint says, in words. */
function missingOn(target: SimMachine, hint: Brought): string | undefined {
  const dataKey = encodeDataKey(hint);
  const brought = decodeRecord(dataKey, hint.record);
  if (typeof brought !== 'object') return undefined;
  // What is that old is no news: the target is complete up to its floor, whatever became of the record since.
  if (brought.version.ms <= floorOnDisk(target.disk, dataKey)) return undefined;
  const stored = target.disk.valueOf(SHARD_FOLDER, dataKey);
  // What is deleted, or has expired, may have been purged since.
  if (stored === undefined)
    return brought.tombstone || brought.expiresAtMs !== undefined ? undefined : 'holds nothing';
  const held = decodeRecord(dataKey, stored);
  // A copy that is damaged cannot be judged.
  if (typeof held !== 'object' || compareVersions(held.version, brought.version) >= 0)
    return undefined;
  return `holds ${formatVersion(held.version)}, older than ${formatVersion(brought.version)}`;
}

function bound(disk: NodeEnv['disk']): Omit<NodeEnv['disk'], 'openStorage'> {
  return {
    lock: () => disk.lock(),
    unlock: () => disk.unlock(),
    readFile: (name) => disk.readFile(name),
    replaceFile: (name, content) => disk.replaceFile(name, content),
    salvageStorage: (folder) => disk.salvageStorage(folder),
    freeBytes: () => disk.freeBytes(),
  };
}
