/** One write or read of one key as its client saw it; times are virtual. */
export interface HistoryEvent {
  readonly kind: 'write' | 'read';
  readonly key: string;
  /** What was written, unique in the history; what was read, or undefined when nothing was found. */
  readonly value: string | undefined;
  readonly startMs: number;
  /** Infinite for a write that may still apply. */
  readonly endMs: number;
  readonly acknowledged: boolean;
}

/**
 * Reads that found a value which was surely overwritten before they began: an acknowledged write that began after the
 * write of that value had ended, and ended before the read began. Each is a lost write.
 */
export function lostWrites(history: readonly HistoryEvent[]): readonly string[] {
  const writes = history.filter((event) => event.kind === 'write');
  return history
    .filter((event) => event.kind === 'read' && event.acknowledged)
    .flatMap((read) => {
      const found = writes.find((write) => write.key === read.key && write.value === read.value);
      const foundEndMs =
        found?.endMs ?? (read.value === undefined ? Number.NEGATIVE_INFINITY : NaN);
      const lost = writes.find(
        (write) =>
          write.acknowledged &&
          write.key === read.key &&
          write.startMs > foundEndMs &&
          write.endMs < read.startMs,
      );
      return lost === undefined
        ? []
        : [`${read.key} was ${String(read.value)} at ${read.startMs}, after ${String(lost.value)}`];
    });
}
