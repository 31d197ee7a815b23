import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Placement } from '../core/ring/placement.js';
import { assert } from '../../stdx/assert.js';
import type { ClusterView } from '../services.js';

const RING_SIZE = 0x1_0000_0000;
/** Cells of the picture of the ring, as wide as an 80-column table leaves room for. */
const STRIP_CELLS = 40;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Share of the token space per node, 0..1. */
export interface Shares {
  readonly primary: ReadonlyMap<NodeId, number>;
  readonly holds: ReadonlyMap<NodeId, number>;
}

interface Derived {
  readonly ranges: readonly Range[];
  readonly placement: Placement;
  readonly shares: Shares;
  readonly strips: ReadonlyMap<NodeId, readonly number[]>;
}

/** A view is frozen, so what is derived from it is made once. */
const derivedByView = new WeakMap<ClusterView, Derived>();

/** The vnode ranges of the ring, [start, end), in token order; the last one wraps. */
export function rangesOf(view: ClusterView): readonly Range[] {
  return derive(view).ranges;
}

/** Tokens in a range. */
export function rangeSize(range: Range): number {
  const size = range.end - range.start;
  return size > 0 ? size : size + RING_SIZE;
}

export function sharesOf(view: ClusterView): Shares {
  return derive(view).shares;
}

/** Per node, the share of each 1/40 of the token space that it is the first replica of. */
export function stripsOf(view: ClusterView): ReadonlyMap<NodeId, readonly number[]> {
  return derive(view).strips;
}

/** Replica sets under the replication of the default namespace. */
export function defaultPlacement(view: ClusterView): Placement {
  return derive(view).placement;
}

/** The replica sets of all namespaces, each once. */
export function placementsOf(view: ClusterView): readonly Placement[] {
  const { namespaces } = view.metadata;
  return [...new Set(namespaces.map((namespace) => view.placementOf(namespace)))];
}

function derive(view: ClusterView): Derived {
  let derived = derivedByView.get(view);
  if (derived === undefined) {
    const namespace = view.metadata.namespaces.find((one) => one.name === 'default');
    assert(namespace !== undefined, 'the default namespace always exists');
    const placement = view.placementOf(namespace);
    const ranges = view.ring.ranges();
    derived = {
      ranges,
      placement,
      shares: computeShares(ranges, placement),
      strips: computeStrips(ranges, placement),
    };
    derivedByView.set(view, derived);
  }
  return derived;
}

function computeShares(ranges: readonly Range[], placement: Placement): Shares {
  const primary = new Map<NodeId, number>();
  const holds = new Map<NodeId, number>();
  for (const range of ranges) {
    const share = rangeSize(range) / RING_SIZE;
    placement.replicaSetOf(range.start).forEach((id, i) => {
      if (i === 0) add(primary, id, share);
      add(holds, id, share);
    });
  }
  return { primary, holds };
}

function computeStrips(
  ranges: readonly Range[],
  placement: Placement,
): ReadonlyMap<NodeId, readonly number[]> {
  const cellSize = RING_SIZE / STRIP_CELLS;
  const strips = new Map<NodeId, number[]>();
  for (const range of ranges) {
    const [primary] = placement.replicaSetOf(range.start);
    if (primary === undefined) continue;
    const strip = strips.get(primary) ?? new Array<number>(STRIP_CELLS).fill(0);
    strips.set(primary, strip);
    const end = range.start + rangeSize(range);
    for (let at = range.start; at < end;) {
      const cell = Math.floor(at / cellSize);
      const cellEnd = Math.min(end, (cell + 1) * cellSize);
      strip[cell % STRIP_CELLS]! += (cellEnd - at) / cellSize;
      at = cellEnd;
    }
  }
  return strips;
}

function add(sums: Map<NodeId, number>, id: NodeId, share: number): void {
  sums.set(id, (sums.get(id) ?? 0) + share);
}
