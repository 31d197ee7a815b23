/** What one node says that it keeps. */
export interface HeldBytes {
  /** Share of the keys that it has a copy of, 0..1. */
  readonly holds: number;
  /** Undefined when it did not say. */
  readonly loadBytes: number | undefined;
}

/** About how many bytes one copy of all data has: what the nodes keep, over how many copies that is; undefined when nobody said. */
export function bytesOfRing(nodes: Iterable<HeldBytes>): number | undefined {
  let bytes = 0;
  let copies = 0;
  for (const { holds, loadBytes } of nodes) {
    if (holds === 0 || loadBytes === undefined) continue;
    bytes += loadBytes;
    copies += holds;
  }
  return copies === 0 ? undefined : bytes / copies;
}
