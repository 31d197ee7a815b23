import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../../src/stdx/nearest.js';

describe('nearest', () => {
  it('finds the word that was meant', () => {
    expect(nearest('quorom', ['one', 'quorum', 'all'])).toBe('quorum');
    expect(nearest('lsiten', ['listen', 'name'])).toBe('listen');
    expect(nearest('DATADIR', ['data-dir', 'name'])).toBe('data-dir');
  });

  it('says nothing when no word is close', () => {
    expect(nearest('zebra', ['listen', 'name'])).toBeUndefined();
  });

  it('counts edits, with a swap of neighbours as one', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('abcd', 'abdc')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});
