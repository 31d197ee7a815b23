import { LIMITS } from '../core/limits.js';
import { leavesIn } from '../core/grid/leaf-runs.js';
import type { Namespace, NodeId } from '../core/metadata/cluster-metadata.js';
import { repairGroups, type RepairGroup } from '../core/repair/repair-groups.js';
import { SLOT_SIZE } from '../core/ring/token.js';
import type {
  HeldRange,
  NamespaceTombstones,
  TombstonesView,
} from '../core/views/storage-views.js';
import type { Clock } from '../env/clock.js';
import type { ClusterView, LivenessService } from '../services.js';
import type { StoreFloors } from '../store/floors.js';
import { Pace } from '../store/pace.js';
import type { BackgroundStore } from '../store/background-store.js';
import { countTombstones } from '../store/tombstones/count-tombstones.js';

export interface TombstonesViewParts {
  readonly node: string;
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly store: Pick<BackgroundStore, 'scan'> & { readonly floors: StoreFloors };
  readonly liveness: Pick<LivenessService, 'stateOf'>;
  readonly nameOf: (nodeId: NodeId) => string;
  /** When the slots of a range were last equal on all owners, or first known, in ms since 1970; 0 when that is not known. */
  readonly repairedAtMs: (group: RepairGroup) => number;
}

/** Ranges that are told, those with the lowest floors. */
const WORST = 20;
/** Counting gives way to others. */
const PACE = { restsPerWork: 1, bytesPerSecond: 32 * 1024 * 1024 };

/** The tombstones that this node keeps, how far they may go, and what holds that back. @throws KvError KV_STORE_FAILED */
export async function tombstonesView(
  parts: TombstonesViewParts,
  view: ClusterView,
): Promise<TombstonesView> {
  const { clock, node } = parts;
  const { namespaces, settings } = view.metadata;
  return {
    node,
    atMs: clock.wallMs(),
    graceMs: settings.graceMs,
    namespaces: await Promise.all(namespaces.map((one) => ofNamespace(parts, view, one))),
  };
}

async function ofNamespace(
  parts: TombstonesViewParts,
  view: ClusterView,
  namespace: Namespace,
): Promise<NamespaceTombstones> {
  const groups = repairGroups(view, namespace, { owner: parts.ownId });
  const ranges = groups.map((group) => heldRange(parts, group));
  ranges.sort((a, b) => a.floorMs - b.floorMs);
  const runs = groups.flatMap((group) => group.runs);
  const held = runs.flatMap((run) => parts.store.floors.within(namespace.id, run));
  const atZero = held.filter(({ value }) => value === 0);
  return {
    namespace: namespace.name,
    ...(await count(parts, namespace.id)),
    slots: leavesIn(runs),
    slotsAtZero: leavesIn(atZero),
    floorMs: ranges[0]?.floorMs ?? 0,
    ranges: ranges.slice(0, WORST),
  };
}

async function count(
  { clock, store }: TombstonesViewParts,
  namespace: number,
): Promise<Pick<NamespaceTombstones, 'tombstones' | 'isCounted' | 'oldestMs'>> {
  const abort = new AbortController();
  const timer = clock.after(LIMITS.tombstoneCountMs, () => {
    abort.abort();
  });
  const scope = { namespace, range: { start: 0, end: 0 } };
  const counted = await countTombstones(
    { store, pace: new Pace(clock, PACE) },
    scope,
    abort.signal,
  );
  timer.cancel();
  return {
    tombstones: counted.count,
    isCounted: counted.isWhole,
    oldestMs: counted.oldest?.ms,
  };
}

function heldRange(parts: TombstonesViewParts, group: RepairGroup): HeldRange {
  const { store, ownId, liveness, nameOf } = parts;
  const { namespace, owners, runs } = group;
  const [first, last] = [runs[0], runs.at(-1)];
  const values = runs.flatMap((run) => store.floors.within(namespace, run));
  const floorMs = Math.min(...values.map(({ value }) => value));
  const away = owners.filter((id) => id !== ownId && liveness.stateOf(id) !== 'up');
  const repairedAtMs = parts.repairedAtMs(group);
  return {
    start: (first?.from ?? 0) * SLOT_SIZE,
    end: ((last?.to ?? 0) * SLOT_SIZE) % 2 ** 32,
    ranges: runs.length,
    owners: owners.map(nameOf).sort(),
    floorMs,
    heldBy: away.length > 0 ? 'owner-away' : floorMs === 0 ? 'not-repaired' : 'grace',
    away: away.map(nameOf).sort(),
    repairedAtMs: repairedAtMs === 0 ? undefined : repairedAtMs,
  };
}
