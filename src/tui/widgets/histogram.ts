import type { Sample } from './spark.js';

/** One class of a histogram. */
export interface Bucket {
  /** Upper bound, exclusive; Infinity for the last. */
  readonly below: number;
  readonly count: number;
}

/** Counts the known samples in classes that double: below `first`, below 2 `first`, ... and a last one without bound. */
export function histogram(
  samples: readonly Sample[],
  first: number,
  classes: number,
): readonly Bucket[] {
  const bounds = Array.from({ length: classes }, (_, i) =>
    i === classes - 1 ? Infinity : first * 2 ** i,
  );
  const counts = bounds.map(() => 0);
  for (const sample of samples) {
    if (sample === undefined) continue;
    const at = bounds.findIndex((below) => sample < below);
    counts[at === -1 ? classes - 1 : at]! += 1;
  }
  return bounds.map((below, i) => ({ below, count: counts[i]! }));
}
