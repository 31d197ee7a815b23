import { span, type Line, type Role } from '../line.js';

/** A value at one moment; undefined when it was not known. */
export type Sample = number | undefined;

/** The newest `width` samples as one character each, newest at the right, scaled from 0 to `max`. */
export function sparkline(
  samples: readonly Sample[],
  width: number,
  scale: { readonly levels: readonly string[]; readonly max?: number | undefined },
): string {
  const shown = samples.slice(Math.max(0, samples.length - width));
  const max = scale.max ?? largest(shown);
  const marks = shown.map((value) => level(value, max, scale.levels));
  return marks.join('').padStart(width);
}

/** The character for a value on a scale from 0 to `max`; a blank when it is not known. */
export function level(value: Sample, max: number, levels: readonly string[]): string {
  if (value === undefined) return ' ';
  if (!(max > 0)) return levels[0]!;
  const step = Math.ceil((Math.max(0, value) / max) * levels.length) - 1;
  return levels[Math.min(levels.length - 1, Math.max(0, step))]!;
}

/** The largest known sample; undefined when none is known. */
export function largestKnown(samples: readonly Sample[]): Sample {
  return samples.some((value) => value !== undefined) ? largest(samples) : undefined;
}

/** The largest known sample, or 0. */
export function largest(samples: readonly Sample[]): number {
  let max = 0;
  for (const value of samples) if (value !== undefined && value > max) max = value;
  return max;
}

/** The sparkline as a span, in the colour of its role. */
export function spark(
  samples: readonly Sample[],
  width: number,
  look: { readonly levels: readonly string[]; readonly role?: Role },
): Line {
  return width <= 0 ? [] : [span(sparkline(samples, width, look), look.role ?? 'info')];
}
