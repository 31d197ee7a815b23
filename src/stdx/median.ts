/** The middle one of the sorted values, of an even number the upper of the two; NaN when there is none. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
