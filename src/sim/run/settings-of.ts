import { DEFAULT_SETTINGS, type ClusterSettings } from '../../node/core/settings.js';
import type { Random } from '../../node/env/random.js';
import { pick } from '../workload/key-space.js';

/** Short enough that deletes are forgotten within a run of two minutes; most absences are shorter than the last, and many longer than the first. */
const SHORT_GRACES_MS = [20_000, 30_000, 60_000] as const;

/**
 * The settings of a simulated cluster: with the grace that is said, else in one run of two with that of production, and in the others
 * with a grace of a minute or less. Hints are given up before deletes are forgotten, as in production.
 */
export function settingsOf(random: Random, graceMs: number | undefined): ClusterSettings {
  const isShort = random.nextFloat() < 0.5;
  const drawnMs = isShort ? pick(SHORT_GRACES_MS, random) : DEFAULT_SETTINGS.graceMs;
  const { hintWindowMs } = DEFAULT_SETTINGS;
  const chosenMs = graceMs ?? drawnMs;
  const windowMs = Math.min(hintWindowMs, Math.round((chosenMs * 2) / 3));
  return { ...DEFAULT_SETTINGS, graceMs: chosenMs, hintWindowMs: windowMs };
}
