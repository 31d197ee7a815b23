import { assert } from '../../stdx/assert.js';
import { medianOf } from '../../stdx/median.js';
import { Prng } from '../../stdx/prng.js';
import { Ring } from '../../node/core/ring/ring.js';
import {
  moveFiguresOf,
  ringFiguresOf,
  without,
  type MoveFigures,
  type RingFigures,
} from './ring-figures.js';
import { growRing, type RingLayout } from './ring-layout.js';

export interface RingStudyOptions {
  readonly layout: RingLayout;
  readonly nodes: number;
  readonly seed: number;
}

/** A ring of so many nodes, and what one node more or one less makes of it. */
export interface RingStudy extends RingFigures {
  readonly added: MoveFigures;
  /** The one that leaves is drawn from the seed; undefined when it would leave nobody. */
  readonly removed: MoveFigures | undefined;
}

/** Grows a ring node by node and studies it; yields the number of nodes after each join, so that long work can tell how far it is. */
export function* studyRing({
  layout,
  nodes,
  seed,
}: RingStudyOptions): Generator<number, RingStudy, undefined> {
  const name = `ring, seed ${seed}`;
  let [ring, next] = [Ring.of([]), Ring.of([])];
  for (const grown of growRing(layout, { nodes: nodes + 1, seed: name })) {
    [ring, next] = [next, grown];
    yield grown.members.length;
  }
  assert(ring.members.length === nodes, 'the last node but one makes the ring whole');
  const leaver = Prng.named(`${name}, leaver`).int(nodes);
  return {
    ...ringFiguresOf(ring, layout),
    added: moveFiguresOf(ring, next, layout),
    removed: nodes > 1 ? moveFiguresOf(ring, without(ring, leaver), layout) : undefined,
  };
}

/** Each figure as the median over several studies of one layout. */
export function medianStudy(studies: readonly RingStudy[]): RingStudy {
  const of = (figure: (study: RingStudy) => number): number => medianOf(studies.map(figure));
  const moveOf = (move: (study: RingStudy) => MoveFigures): MoveFigures => ({
    moved: of((study) => move(study).moved),
    fairShares: of((study) => move(study).fairShares),
    replicated: of((study) => move(study).replicated),
  });
  const [first] = studies;
  assert(first !== undefined, 'a median is of one value at least');
  return {
    replicated: of((study) => study.replicated),
    primary: of((study) => study.primary),
    replicaSets: of((study) => study.replicaSets),
    fatalPairs: of((study) => study.fatalPairs),
    added: moveOf((study) => study.added),
    // All studies have it, or none.
    removed:
      first.removed === undefined ? undefined : moveOf((study) => study.removed ?? study.added),
  };
}
