import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as FencingModule from '../../../src/node/core/topology/fencing.js';
import type * as RequirementModule from '../../../src/node/core/quorum/requirement.js';
import { movingHistories } from './moving-histories.js';
import { MovingModel, type MoveEvent } from './moving-model.js';
import { arbitraryLevels, arbitraryMove } from './moving-plans.js';

/** The mistakes of `TOPOLOGY.md` that are about who counts, each of which loses a write or lets a read go back. */
type Mistake =
  | 'one old owner is enough to move from'
  | 'the barrier counts the union of old and next owners'
  | 'a level counts the union of old and next owners'
  | 'a read asks the old owners only, and writes back to them';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/topology/fencing.js', async (importOriginal) => {
  const original = await importOriginal<typeof FencingModule>();
  const isCovered: typeof original.isCovered = (owners, facts) => {
    const { old, next, write } = owners;
    const hasGainers = next.every((nodeId) => old.includes(nodeId) || facts.does(nodeId));
    if (planted.mistake === 'one old owner is enough to move from')
      return hasGainers && old.some(facts.does);
    if (planted.mistake === 'the barrier counts the union of old and next owners')
      return hasGainers && write.filter(facts.does).length > write.length / 2;
    return original.isCovered(owners, facts);
  };
  return { ...original, isCovered };
});

vi.mock('../../../src/node/core/quorum/requirement.js', async (importOriginal) => {
  const original = await importOriginal<typeof RequirementModule>();
  type Ask = typeof original.requirementOf;
  /** As if the replicas at these places were all that there are. */
  const among = (places: readonly number[], [level, plan, query]: Parameters<Ask>) => {
    const replicas = plan.replicas.filter((_, at) => places.includes(at));
    const asked = original.requirementOf(level, { ...plan, replicas, move: undefined }, query);
    if (!('groups' in asked)) return asked;
    const at = plan.replicas.map((_, place) => place).filter((place) => places.includes(place));
    const groups = asked.groups.map((group) => ({
      ...group,
      members: group.members.map((member) => at[member]!),
    }));
    return { ...asked, groups };
  };
  const requirementOf: Ask = (level, plan, query) => {
    const { replicas, move } = plan;
    if (move === undefined) return original.requirementOf(level, plan, query);
    if (planted.mistake === 'a level counts the union of old and next owners')
      return among([...replicas.keys()], [level, plan, query]);
    const asksOld = query.use !== 'write' && move.reads === 'old';
    if (planted.mistake === 'a read asks the old owners only, and writes back to them' && asksOld)
      return among(move.old, [level, plan, query]);
    return original.requirementOf(level, plan, query);
  };
  return { ...original, requirementOf };
});

afterEach(() => {
  planted.mistake = undefined;
});

/** A write, a move that some know of and take part in, and a read afterwards. */
const shortHistories = arbitraryMove.chain((move) => {
  const nodes = [...move.dcs.keys()];
  const some = fc.shuffledSubarray(nodes);
  return fc
    .record({ by: fc.nat(nodes.length - 1), written: some, applied: some, moved: some, read: some })
    .map(({ by, written, applied, moved, read }) => {
      const events: readonly MoveEvent[] = [
        { kind: 'write', by, reached: written },
        { kind: 'step' },
        { kind: 'apply', reached: applied },
        { kind: 'repair', reached: moved },
        { kind: 'step' },
        { kind: 'apply', reached: nodes },
        { kind: 'read', by, reached: read },
      ];
      return { move, events };
    })
    .chain((history) => arbitraryLevels.map((levels) => ({ ...history, levels })));
});

/** Whether any of so many histories loses a write, or reads an older one after a newer one. */
function isCaught(runs: number): boolean {
  const { failed } = fc.check(
    fc.property(fc.oneof(shortHistories, movingHistories), ({ move, levels, events }) => {
      const model = new MovingModel(move, levels);
      return events.every((event) => model.run(event) === undefined);
    }),
    { numRuns: runs, seed: 7, endOnFailure: true },
  );
  return failed;
}

describe('a key that moves by wrong rules is read wrongly when', () => {
  it.each<Mistake>([
    'one old owner is enough to move from',
    'the barrier counts the union of old and next owners',
    'a level counts the union of old and next owners',
    'a read asks the old owners only, and writes back to them',
  ])('%s', (mistake) => {
    planted.mistake = mistake;
    expect(isCaught(20_000)).toBe(true);
    planted.mistake = undefined;
    expect(isCaught(1_000)).toBe(false);
  });
});
