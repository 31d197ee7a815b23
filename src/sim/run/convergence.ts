import { tokenOf } from '../../node/core/ring/token.js';
import { encodeDataKey } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import { compareVersions } from '../../node/core/version/version.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { equalBytes, utf8Encode } from '../../stdx/bytes.js';
import { newestViewOf } from '../newest-view.js';
import type { SimCluster } from '../sim-cluster.js';
import type { SimClient } from '../workload/sim-client.js';
import type { Findings } from './findings.js';
import { floorOnDisk } from './floor-on-disk.js';
import type { World } from './world.js';

/** After the last fault all nodes must see all nodes up, and hold one epoch and one ring, within this time. */
const SETTLE_MS = 90_000;
/** Then all copies must become equal without being read within this time: a cycle of repair, and what it takes to go on after a failure. */
const REPAIR_MS = 120_000;
/** To look at all nodes costs more than what they do meanwhile. */
const LOOK_MS = 500;
/** Reads of one key at `all` before it is said not to converge, and the time between two of them. */
const READS = 5;
const READ_AGAIN_MS = 3_000;

/** After all faults: the nodes agree, every key can be read from all of its replicas, and then they hold the same bytes. */
export async function checkConvergence(
  world: World,
  auditor: SimClient,
  { keys, findings }: { readonly keys: readonly string[]; readonly findings: Findings },
): Promise<void> {
  if (!(await settles(world))) {
    findings.add('not-converged', `${SETTLE_MS} ms after the last fault ${describeNodes(world)}`);
    return;
  }
  await repaired(world, keys, findings);
  for (const key of keys) {
    const failure = await readAll(world, auditor, key);
    if (failure !== undefined)
      findings.add('not-converged', `${key} cannot be read from all replicas: ${failure}`, { key });
    else {
      const difference = differenceOf(world, key);
      if (difference !== undefined)
        findings.add(
          'not-converged',
          `${key} differs on ${difference} after it was read from all`,
          { key },
        );
    }
  }
}

/** Repair makes all copies equal by itself, also those that nobody reads. */
async function repaired(world: World, keys: readonly string[], findings: Findings): Promise<void> {
  let differing = keys;
  for (let waitedMs = 0; waitedMs < REPAIR_MS; waitedMs += LOOK_MS) {
    differing = differing.filter(
      (key) => differenceOf(world, key) !== undefined && !isRotten(world, key),
    );
    if (differing.length === 0) return;
    await world.cluster.scheduler.advance(LOOK_MS);
  }
  for (const key of differing)
    findings.add(
      'not-converged',
      `${key} differs on ${differenceOf(world, key) ?? 'none'} after ${REPAIR_MS} ms of repair`,
      { key },
    );
}

async function settles({ cluster }: World): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < SETTLE_MS; waitedMs += LOOK_MS) {
    if (isSettled(cluster)) return true;
    await cluster.scheduler.advance(LOOK_MS);
  }
  return isSettled(cluster);
}

/** Whether all members that were not removed run, and agree. */
function isSettled(cluster: SimCluster): boolean {
  const members = newestViewOf(cluster)?.metadata.members ?? [];
  return cluster.isSettled(members.filter(({ state }) => state !== 'removed').length);
}

async function readAll(world: World, auditor: SimClient, key: string): Promise<string | undefined> {
  let failure: string | undefined;
  for (let i = 0; i < READS; i++) {
    if (i > 0) await world.cluster.scheduler.advance(READ_AGAIN_MS);
    const intent = { client: auditor.name, kind: 'get', key, level: 'all' } as const;
    const reading = auditor.run({ ...intent, value: undefined, ttlMs: undefined });
    const result = await world.cluster.scheduler.settle(reading, SETTLE_MS);
    if (result.kind !== 'failed') return undefined;
    failure = result.code;
  }
  return failure;
}

/** Two owners that hold different copies of a key. */
function differenceOf(world: World, key: string): string | undefined {
  const { dataKey, copies } = copiesOf(world, key);
  const [first] = copies;
  const other = copies.find(
    ({ copy }) => first !== undefined && !isSameCopy(dataKey, copy, first.copy),
  );
  return first === undefined || other === undefined ? undefined : `${first.name} and ${other.name}`;
}

/** Whether a copy has rotted since it was written: repair compares what was written, so the next one who reads it finds it. */
function isRotten(world: World, key: string): boolean {
  const { dataKey, copies } = copiesOf(world, key);
  return copies.some(({ copy }) => copy.length > 0 && decodeRecord(dataKey, copy) === 'corrupt');
}

interface Copies {
  readonly dataKey: Uint8Array;
  /** Of the owners that run; empty when one has none. */
  readonly copies: readonly { readonly name: string; readonly copy: Uint8Array }[];
}

function copiesOf(world: World, key: string): Copies {
  const bytes = utf8Encode(key);
  const token = tokenOf(bytes);
  const view = world.cluster.running()[0]?.node.metadata.current();
  const namespace = view?.metadata.namespaces.find(({ name }) => name === 'default');
  if (view === undefined || namespace === undefined) return { dataKey: bytes, copies: [] };
  const dataKey = encodeDataKey({ namespace: namespace.id, token, key: bytes });
  const owners = view.placementOf(namespace).replicaSetOf(token);
  const disks = world.cluster
    .running()
    .filter(({ node }) => owners.includes(node.nodeId))
    .map(({ machine: { name, disk } }) => ({ name, disk }));
  const floorMs = Math.max(0, ...disks.map(({ disk }) => floorOnDisk(disk, dataKey)));
  const wallMs = world.clocks.lowestMs();
  const copies = disks.map(({ name, disk }) => {
    const copy = disk.valueOf(SHARD_FOLDER, dataKey);
    return {
      name,
      copy: copy === undefined || mayGo(dataKey, copy, { floorMs, wallMs }) ? NONE : copy,
    };
  });
  return { dataKey, copies };
}

const NONE = new Uint8Array(0);

/** Whether it makes no difference if it is there: a tombstone that any owner may have purged, or a value that may be one by now. */
function mayGo(
  dataKey: Uint8Array,
  copy: Uint8Array,
  { floorMs, wallMs }: { readonly floorMs: number; readonly wallMs: number },
): boolean {
  const record = decodeRecord(dataKey, copy);
  if (typeof record !== 'object' || record.version.ms > floorMs) return false;
  return record.tombstone || (record.expiresAtMs ?? Infinity) <= wallMs;
}

/** Whether two copies are equal, or differ only by the value that one node has swept before the other. */
function isSameCopy(dataKey: Uint8Array, a: Uint8Array, b: Uint8Array): boolean {
  if (equalBytes(a, b)) return true;
  const [one, other] = [decodeRecord(dataKey, a), decodeRecord(dataKey, b)];
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  const isSwept = one.tombstone !== other.tombstone && one.expiresAtMs !== undefined;
  return (
    isSwept &&
    one.expiresAtMs === other.expiresAtMs &&
    compareVersions(one.version, other.version) === 0
  );
}

function describeNodes(world: World): string {
  const running = world.cluster.running();
  const views = running.map(({ machine, node }) => {
    const { epoch, nodes } = node.admin.describe();
    const others = nodes.filter(({ liveness }) => liveness !== 'up');
    const doubts = others.map(({ name, liveness }) => `${name} ${liveness}`).join(', ');
    return `${machine.name} is at epoch ${epoch}${doubts === '' ? '' : ` and sees ${doubts}`}`;
  });
  const down = world.cluster
    .machines()
    .filter(({ name }) => !running.some(({ machine }) => machine.name === name));
  return [...views, ...down.map(({ name }) => `${name} is not up`)].join('; ');
}
