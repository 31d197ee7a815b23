import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import { settingsOf } from '../../../../src/sim/run/settings-of.js';
import { chanceOf } from '../../../../src/sim/run/world.js';

const seeds = Array.from({ length: 200 }, (_, i) => i + 1);
const settings = seeds.map((seed) => settingsOf(chanceOf(seed, 'settings'), undefined));
const short = settings.filter(({ graceMs }) => graceMs < DEFAULT_SETTINGS.graceMs);

describe('the settings of a simulated cluster', () => {
  it('are those of production in about half of the seeds', () => {
    expect(settings.filter((one) => !short.includes(one))).toContainEqual(DEFAULT_SETTINGS);
    expect(short.length).toBeGreaterThan(75);
    expect(short.length).toBeLessThan(125);
  });

  it('keep deletes for a minute or less in the others, of three lengths', () => {
    const lengths = new Set(short.map(({ graceMs }) => graceMs));
    expect([...lengths].sort((a, b) => a - b)).toEqual([20_000, 30_000, 60_000]);
  });

  it('give up a hint before its deletes are forgotten, and keep both for longer than a write may take', () => {
    for (const { graceMs, hintWindowMs, clockSkewMaxMs } of settings) {
      expect(hintWindowMs).toBeLessThan(graceMs);
      expect(hintWindowMs).toBeGreaterThan(LIMITS.clientTotalMs);
      expect(graceMs).toBeGreaterThan(LIMITS.clientTotalMs + clockSkewMaxMs);
    }
  });

  it('are the same for the same seed', () => {
    expect(seeds.map((seed) => settingsOf(chanceOf(seed, 'settings'), undefined))).toEqual(
      settings,
    );
  });

  it('have the grace that is asked for', () => {
    const asked = seeds.map((seed) => settingsOf(chanceOf(seed, 'settings'), 45_000));
    expect(new Set(asked.map(({ graceMs }) => graceMs))).toEqual(new Set([45_000]));
    expect(asked[0]?.hintWindowMs).toBe(30_000);
  });
});
