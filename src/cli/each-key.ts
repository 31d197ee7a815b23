/** Operations of one command line under way at once. */
const AT_ONCE = 32;

/** How one of several operations went. */
export type Settled<T> =
  | { readonly kind: 'done'; readonly key: Uint8Array; readonly result: T }
  | { readonly kind: 'failed'; readonly key: Uint8Array; readonly error: unknown };

/** Runs an operation for every key, a bounded number at a time, and keeps the order; a failure does not stop the others. */
export async function eachKey<T>(
  keys: readonly Uint8Array[],
  run: (key: Uint8Array) => Promise<T>,
): Promise<readonly Settled<T>[]> {
  const settled: Settled<T>[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const part = keys.slice(from, from + AT_ONCE);
    settled.push(...(await Promise.all(part.map((key) => settle(key, run)))));
  }
  return settled;
}

async function settle<T>(
  key: Uint8Array,
  run: (key: Uint8Array) => Promise<T>,
): Promise<Settled<T>> {
  try {
    return { kind: 'done', key, result: await run(key) };
  } catch (error) {
    return { kind: 'failed', key, error };
  }
}
