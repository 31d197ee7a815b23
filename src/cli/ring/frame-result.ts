import type { RingFrame } from './ring-frame.js';

/** What every document about the ring begins with. */
export function frameResult({ viewedFrom: _, ...frame }: RingFrame): object {
  return { ...frame, pending: frame.pending ?? null };
}
