import { KvError } from '../../node/core/errors.js';
import { namespaceNamed } from '../../node/core/metadata/namespaces.js';
import { effectiveReplication, ringMembers } from '../../node/core/metadata/replication.js';
import { ownerPieces } from '../../node/core/ring/owner-pieces.js';
import { placedRing, ringOf, type RingLayout } from '../../node/core/ring/ring-layout.js';
import { layoutAfter } from '../../node/core/ring/what-if.js';
import { Prng } from '../../stdx/prng.js';
import { balanceOf, type Balance } from './balance-view.js';
import { bytesIn, movesOf, type Moves } from './diff-view.js';
import { newPlaces, type PlacesWanted } from './new-places.js';
import { presentId } from './ranges-view.js';
import { nameIn, namespaceIn, namespaceRing, type Copies, type RingFrame } from './ring-frame.js';
import type { RingPicture } from './ring-picture.js';

/** What is to be tried. */
export interface Trial {
  readonly add: PlacesWanted;
  /** Names. */
  readonly remove: readonly string[];
  /** Tokens of each node that is added; undefined: as many as most nodes have. */
  readonly vnodes: number | undefined;
  readonly namespace: string | undefined;
}

/** A node that would join. */
interface NewNode {
  readonly node: string;
  readonly dc: string;
  readonly rack: string;
  readonly vnodes: number;
}

export interface SimulateView extends Balance {
  /** The ring that it begins with: the one that there is, or will be once what is planned is done. */
  readonly frame: RingFrame;
  readonly add: readonly NewNode[];
  readonly remove: readonly string[];
  readonly moves: Moves;
  readonly copiesNext: Copies;
}

/**
 * What would become of the ring, computed here: nothing is changed. The same again gives the same answer.
 * @throws KvError KV_USAGE, KV_NAMESPACE_UNKNOWN, KV_PLAN_REFUSED when nobody would be left
 */
export function simulateView(picture: RingPicture, trial: Trial): SimulateView {
  const ring = namespaceRing(picture, trial.namespace);
  const base = picture.pending?.layout ?? picture.now;
  const namespace = namespaceNamed(base.namespaces, ring.frame.namespace);
  const { next, add } = nextLayout(base, trial);
  const pieces = ownerPieces(
    placedRing(base, namespace),
    placedRing(next, namespaceIn(next, namespace)),
  );
  const isNew = (nodeId: string): boolean => add.some(({ node }) => node === nodeId);
  return {
    frame: ring.frame,
    add,
    remove: trial.remove,
    ...balanceOf({
      ...{ pieces, now: base, next },
      stateOf: (nodeId) => (isNew(nodeId) ? 'joining' : picture.stateOf(nodeId)),
      becomes: (name) => {
        if (isNew(name)) return 'joining';
        return trial.remove.includes(name) ? 'leaving' : undefined;
      },
      loadOf: picture.loadOf,
    }),
    moves: movesOf(pieces, {
      ...{ nameOf: nameIn(next), bytes: bytesIn(picture, ring) },
      bytesPerSecond: picture.streamBytesPerSecond,
    }),
    copiesNext: effectiveReplication(next, namespace),
  };
}

function nextLayout(
  base: RingLayout,
  trial: Trial,
): { readonly next: RingLayout; readonly add: readonly NewNode[] } {
  const remove = trial.remove.map((name) => presentId({ now: base }, name));
  const left = base.members.filter(({ nodeId }) => !remove.includes(nodeId));
  if (trial.add.count === 0 && ringMembers({ members: left }).length === 0)
    throw new KvError('KV_PLAN_REFUSED', 'no node would be left: nobody would keep the data');
  const vnodes = trial.vnodes ?? usualVnodes(base);
  const places = trial.add.count === 0 ? [] : newPlaces(base, remove, trial.add);
  const seed = Prng.named(`simulate ${ringOf(base).hash}`);
  const next = layoutAfter(base, { remove, add: places, vnodes }, () => seed.nextFloat());
  return { next, add: places.map(({ name, dc, rack }) => ({ node: name, dc, rack, vnodes })) };
}

/** As many tokens as most nodes have. */
function usualVnodes(layout: RingLayout): number {
  const counts = new Map<number, number>();
  for (const { tokens } of ringMembers(layout))
    counts.set(tokens.length, (counts.get(tokens.length) ?? 0) + 1);
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || b - a);
  return most?.[0] ?? 128;
}
