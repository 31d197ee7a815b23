import { describe, expect, it } from 'vitest';
import { balanceView, type Balance } from '../../../../src/cli/ring/balance-view.js';
import { diffView } from '../../../../src/cli/ring/diff-view.js';
import { rangesView } from '../../../../src/cli/ring/ranges-view.js';
import { ringPicture, type RingAnswers } from '../../../../src/cli/ring/ring-picture.js';
import { plannedRing } from '../../../../src/cli/ring/show-view.js';
import { simulateView, type Trial } from '../../../../src/cli/ring/simulate-view.js';
import type { KvError } from '../../../../src/node/core/errors.js';
import { assert } from '../../../../src/stdx/assert.js';
import {
  FEWER,
  JOIN,
  LEAVE,
  plannedAnswers,
  REPLACE,
  ringAnswers,
  stagedAnswers,
} from '../example-ring.js';
import { exampleRing } from '../example-views.js';

const ALL = { node: undefined, namespace: undefined, moving: false };
const both = plannedAnswers(JOIN, LEAVE);

function trial(answers: RingAnswers, wanted: Partial<Trial>): ReturnType<typeof simulateView> {
  return simulateView(ringPicture(answers), {
    ...{ add: { count: 0, dc: undefined, racks: [] }, remove: [] },
    ...{ vnodes: undefined, namespace: undefined },
    ...wanted,
  });
}

function balance(answers: RingAnswers): Balance {
  return balanceView(ringPicture(answers), undefined);
}

function adding(count: number, racks: readonly string[] = [], dc?: string): Pick<Trial, 'add'> {
  return { add: { count, dc, racks } };
}

function thrownBy(act: () => unknown): Partial<KvError> {
  try {
    act();
  } catch (error) {
    return error as KvError; // what is asserted of it is its code
  }
  return {};
}

describe('the ranges of a node', () => {
  it('are all where it is an owner, each with what the node is to it', () => {
    const { ranges, held } = rangesView(ringPicture(ringAnswers), { ...ALL, node: 'n2' });
    const all = rangesView(ringPicture(ringAnswers), ALL).ranges;

    expect(ranges.map(({ start }) => start)).toEqual(
      all.filter(({ replicas }) => replicas.includes('n2')).map(({ start }) => start),
    );
    for (const { kind, replicas } of ranges)
      expect(kind).toBe(replicas[0] === 'n2' ? 'primary' : 'replica');
    expect(held?.primary).toBe(ranges.filter(({ kind }) => kind === 'primary').length);
    expect(ranges.every(({ next }) => next === undefined)).toBe(true);
  });

  it('are those that it gains too while a plan runs, and say who gains and loses them', () => {
    const { ranges } = rangesView(ringPicture(both), { ...ALL, node: 'n6', moving: true });

    expect(ranges.length).toBeGreaterThan(0);
    for (const { kind, next, replicas } of ranges) {
      assert(next !== undefined, 'a plan runs');
      expect(kind).toBe('none');
      expect(next.gained).toContain('n6');
      const after = [...replicas, ...next.gained].filter((name) => !next.lost.includes(name));
      expect(after.sort()).toEqual([...next.replicas].sort());
    }
  });

  it('may be asked for by its id, and not of a node or namespace that is not there', () => {
    const picture = ringPicture(ringAnswers);
    const node = picture.now.members[0]?.nodeId;

    expect(rangesView(picture, { ...ALL, node }).node).toBe('n1');
    expect(thrownBy(() => rangesView(picture, { ...ALL, node: 'n9' }))).toMatchObject({
      code: 'KV_USAGE',
      message: 'no node is called n9: there are n1, n2, n3, n4, n5, n6',
    });
    expect(thrownBy(() => rangesView(picture, { ...ALL, namespace: 'order' }))).toMatchObject({
      code: 'KV_NAMESPACE_UNKNOWN',
    });
  });
});

describe('what is planned of a ring', () => {
  it('is read from what is staged as from a plan', () => {
    const ranges = (answers: RingAnswers) => rangesView(ringPicture(answers), ALL).ranges;

    expect(ranges(stagedAnswers(JOIN, LEAVE))).toEqual(ranges(both));
  });

  it('gives a node that replaces another one its place', () => {
    const picture = ringPicture(plannedAnswers(REPLACE));
    const owners = picture.pending?.layout.members.filter(({ tokens }) => tokens.length > 0);

    expect(owners?.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'n5', 'n6']);
  });

  it('is what changes in one namespace, and the others that change are named', () => {
    const picture = ringPicture(stagedAnswers(FEWER));

    expect(diffView(picture, undefined)).toMatchObject({
      moves: { movingRanges: 0 },
      otherNamespaces: ['orders'],
    });
    expect(diffView(picture, 'orders')).toMatchObject({
      moves: { copiedShare: 0, bytes: undefined },
      otherNamespaces: [],
    });
    expect(diffView(ringPicture(ringAnswers), undefined).moves).toBeUndefined();
  });

  it('adds up to what the nodes gain and lose, in shares and in bytes', () => {
    const { moves } = diffView(ringPicture(both), undefined);
    const { nodes } = balance(both);
    assert(moves !== undefined, 'a plan runs');
    const sum = (of: (node: Balance['nodes'][number]) => number | undefined): number =>
      nodes.reduce((total, node) => total + (of(node) ?? Number.NaN), 0);
    const copied = moves.movements.reduce((total, { share, to }) => total + share * to.length, 0);
    const bytes = moves.movements.reduce((total, one) => total + (one.bytes ?? Number.NaN), 0);

    expect(sum(({ next }) => next?.gains)).toBeCloseTo(copied, 9);
    expect(sum(({ holds }) => holds)).toBeCloseTo(3, 9);
    expect(sum(({ next }) => next?.holds)).toBeCloseTo(3, 9);
    expect(moves.copiedShare).toBeCloseTo(copied / 3, 9);
    expect(bytes / (moves.bytes ?? Number.NaN)).toBeCloseTo(1, 6);
  });

  it('of a node whose tokens are not told is left out, with a warning', () => {
    const { described } = ringAnswers;
    const nodes = described.nodes.map((node) => ({ ...node, plannedTokens: [] }));
    const picture = ringPicture({ ...stagedAnswers(JOIN), described: { ...described, nodes } });

    expect(picture.pending).toBeUndefined();
    expect(picture.warnings).toMatchObject([{ code: 'KV_MIXED_RELEASES' }]);
    expect(ringPicture(both).warnings).toEqual([]);
  });

  it('is told beside the ring: who joins and leaves, and what each node will hold', () => {
    const planned = plannedRing(ringPicture(both), exampleRing);

    expect(planned).toMatchObject({ job: 'p-43', step: 'write-both', ranges: [] });
    expect(planned?.nodes.map(({ becomes }) => becomes)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...['leaving', 'joining'],
    ]);
    expect(planned?.nodes[4]?.holds).toBe(0);
    expect(plannedRing(ringPicture(ringAnswers), exampleRing)).toBeUndefined();
  });
});

describe('the balance of a ring', () => {
  it('is of each rack where there are several, and of all', () => {
    const { groups, nodes } = balance(ringAnswers);

    expect(groups.map(({ rack, now }) => [rack, now.nodes])).toEqual([
      ...[
        [undefined, 5],
        ['a', 2],
      ],
      ...[
        ['b', 2],
        ['c', 1],
      ],
    ]);
    expect(groups.find(({ rack }) => rack === 'c')?.now).toMatchObject({ maxOverMean: 1, most: 1 });
    expect(nodes.find(({ node }) => node === 'n6')).toMatchObject({
      vnodes: 0,
      overMean: undefined,
    });
  });
});

describe('a ring that is tried', () => {
  it('puts new nodes into the racks that have the fewest, with as many tokens as most have', () => {
    const { add } = trial(ringAnswers, { ...adding(3), remove: ['n4'] });

    expect(add.map(({ node, rack, vnodes }) => [node, rack, vnodes])).toEqual([
      ['new1', 'a', 8],
      ['new2', 'c', 8],
      ['new3', 'a', 8],
    ]);
  });

  it('puts them where it is told, with as many tokens as it is told', () => {
    const { add, nodes } = trial(ringAnswers, { ...adding(3, ['x', 'y'], 'dc1'), vnodes: 16 });

    expect(add.map(({ rack }) => rack)).toEqual(['x', 'y', 'x']);
    expect(nodes.find(({ node }) => node === 'new3')?.next?.vnodes).toBe(16);
  });

  it('is the same each time, moves no more than the new node holds, and says what it costs', () => {
    const view = trial(ringAnswers, adding(1));
    const held = view.nodes.find(({ node }) => node === 'new1')?.next?.holds ?? 0;

    expect(trial(ringAnswers, adding(1))).toEqual(view);
    expect(view.moves.copiedShare * 3).toBeCloseTo(held, 9);
    expect(view.moves.bytes).toBeGreaterThan(0);
    expect(view.copiesNext).toEqual({ dc1: 3 });
  });

  it('marks who would join and who would leave; a balance who is to', () => {
    const becoming = ({ nodes }: Balance) =>
      nodes.flatMap(({ node, becomes }) => (becomes === undefined ? [] : [[node, becomes]]));

    expect(becoming(trial(ringAnswers, { ...adding(1), remove: ['n4'] }))).toEqual([
      ['n4', 'leaving'],
      ['new1', 'joining'],
    ]);
    expect(becoming(balance(stagedAnswers(REPLACE, LEAVE)))).toEqual([
      ['n4', 'leaving'],
      ['n5', 'leaving'],
      ['n6', 'joining'],
    ]);
  });

  it('begins with the ring after what is planned', () => {
    const { nodes } = trial(both, adding(1));

    expect(nodes.map(({ node }) => node)).toEqual(['n1', 'n2', 'n3', 'n4', 'n6', 'new1']);
    expect(thrownBy(() => trial(both, { remove: ['n5'] })).code).toBe('KV_USAGE');
  });

  it('says how many copies there can be', () => {
    const { copiesNext } = trial(ringAnswers, { remove: ['n1', 'n2', 'n3'] });

    expect(copiesNext).toEqual({ dc1: 2 });
  });

  it('is refused when nobody would be left, or the data centre is not there', () => {
    const remove = ['n1', 'n2', 'n3', 'n4', 'n5'];

    expect(thrownBy(() => trial(ringAnswers, { remove }))).toMatchObject({
      code: 'KV_PLAN_REFUSED',
    });
    expect(trial(ringAnswers, { ...adding(2), remove }).copiesNext).toEqual({ dc1: 2 });
    expect(thrownBy(() => trial(ringAnswers, adding(1, [], 'dc9')))).toMatchObject({
      code: 'KV_USAGE',
      message: '--dc: no node is in dc9: there are dc1',
    });
  });
});
