import { describe, expect, it } from 'vitest';
import { formatAge, formatLasting, formatRate, formatShare } from '../../../src/stdx/figures.js';

describe('figures for people', () => {
  it.each([
    [0, '0'],
    [0.04, '0'],
    [4.16, '4.2'],
    [9.95, '10'],
    [312, '312'],
    [9999, '9999'],
    [12_400, '12.4k'],
    [398_000, '398k'],
    [999_600, '1.0M'],
    [99_960_000, '100M'],
  ])('a rate of %d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0, '0.0%'],
    [0.506, '50.6%'],
    [0.9994, '99.9%'],
    [0.99951, '100%'],
    [1, '100%'],
  ])('a share of %d is %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  it.each([
    [-5, '0.0s'],
    [420, '0.4s'],
    [9_900, '9.9s'],
    [192_000, '3m12s'],
  ])('an age of %d ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });

  it.each([
    [0, '1s'],
    [4_700, '4s'],
    [192_400, '3m12s'],
  ])('what has lasted %d ms has lasted %s', (ms, text) => {
    expect(formatLasting(ms)).toBe(text);
  });
});
