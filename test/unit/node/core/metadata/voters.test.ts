import { describe, expect, it } from 'vitest';
import type { NodeDescriptor } from '../../../../../src/node/core/metadata/cluster-metadata.js';
import {
  majority,
  nextVoters,
  targetVoters,
} from '../../../../../src/node/core/metadata/voters.js';
import { after, clusterOf, clusterOfSize, idOf, nodeOf } from './states.js';

function votersOf(places: readonly Partial<NodeDescriptor>[]): readonly string[] {
  const { members } = clusterOf(places.map((place, i) => nodeOf(i + 1, place)));
  return targetVoters(members).map((id) => `n${Number.parseInt(id, 16)}`);
}

describe('the voters that a membership asks for', () => {
  it('are one of up to two members, three of up to four, five of more', () => {
    const counts = [1, 2, 3, 4, 5, 6, 9].map((size) => votersOf(Array(size).fill({})).length);
    expect(counts).toEqual([1, 1, 3, 3, 5, 5, 5]);
  });

  it('are the elders where places do not matter', () => {
    expect(votersOf(Array(6).fill({}))).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
  });

  it('stand in different racks before anything else inside a data centre', () => {
    const racks = ['a', 'a', 'a', 'b', 'c'].map((rack) => ({ rack }));
    expect(votersOf(racks.slice(0, 4))).toEqual(['n1', 'n2', 'n4']);
    expect(votersOf(racks)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
  });

  it('stand on different hosts of a rack', () => {
    expect(votersOf(['x', 'x', 'y', 'z'].map((host) => ({ host })))).toEqual(['n1', 'n3', 'n4']);
  });

  it('are two and one in two data centres, and never three in one', () => {
    expect(votersOf(['a', 'a', 'a', 'b'].map((dc) => ({ dc })))).toEqual(['n1', 'n2', 'n4']);
    const dcs = ['a', 'a', 'a', 'b', 'b', 'b', 'c'].map((dc) => ({ dc }));
    expect(votersOf(dcs)).toEqual(['n1', 'n2', 'n4', 'n5', 'n7']);
  });
});

describe('the next voters', () => {
  it('are one more at a time while a cluster grows', () => {
    const three = clusterOfSize(3);
    expect(nextVoters(clusterOfSize(2))).toBeUndefined();
    expect(nextVoters(three)).toEqual([idOf(1), idOf(2)]);
    const two = after(three, { kind: 'voters', voters: [idOf(1), idOf(2)] });
    expect(nextVoters(two)).toEqual([idOf(1), idOf(2), idOf(3)]);
  });

  it('replace a removed voter first, in one step', () => {
    let state = clusterOfSize(4);
    for (let next = nextVoters(state); next !== undefined; next = nextVoters(state))
      state = after(state, { kind: 'voters', voters: next });
    state = after(state, { kind: 'remove', nodeId: idOf(2) });
    expect(nextVoters(state)).toEqual([idOf(1), idOf(3), idOf(4)]);
  });
});

it('a majority is more than half', () => {
  expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3]);
});
