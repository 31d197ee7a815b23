import type { NodeId } from '../metadata/cluster-metadata.js';

/** A sample with a worse round trip replaces a better one only when that is older than this. */
const SAMPLE_KEPT_MS = 30_000;

/** One reading of a peer's wall clock between two readings of the own monotonic clock. */
export interface ClockReading {
  readonly peerWallMs: number;
  readonly sentMonoMs: number;
  readonly receivedMonoMs: number;
}

/** The own two clocks at one moment. */
export interface OwnClocks {
  readonly wallMs: number;
  readonly monoMs: number;
}

interface Sample {
  /** Peer's wall clock minus the own monotonic clock, so that steps of the own wall clock show at once. */
  readonly differenceMs: number;
  readonly roundTripMs: number;
  readonly atMonoMs: number;
}

/** How far the wall clocks of the peers are from the own one, each from the reading with the shortest round trip of late. */
export class ClockOffsets {
  readonly #samples = new Map<NodeId, Sample>();

  note(nodeId: NodeId, reading: ClockReading): void {
    const roundTripMs = reading.receivedMonoMs - reading.sentMonoMs;
    const old = this.#samples.get(nodeId);
    const oldKept = old !== undefined && reading.receivedMonoMs - old.atMonoMs < SAMPLE_KEPT_MS;
    // The error is at most half the round trip: a reading twice as good or bad is as good as any.
    if (oldKept && roundTripMs > 2 * old.roundTripMs + 1) return;
    // The peer read its clock somewhere in between; half way is the best guess.
    const differenceMs = reading.peerWallMs - (reading.sentMonoMs + roundTripMs / 2);
    this.#samples.set(nodeId, { differenceMs, roundTripMs, atMonoMs: reading.receivedMonoMs });
  }

  keepOnly(nodeIds: ReadonlySet<NodeId>): void {
    for (const id of [...this.#samples.keys()]) if (!nodeIds.has(id)) this.#samples.delete(id);
  }

  /** Offset of a peer's clock from the own one in ms, positive when the peer is ahead. */
  offsetOf(nodeId: NodeId, own: OwnClocks): number | undefined {
    const sample = this.#samples.get(nodeId);
    return sample === undefined ? undefined : sample.differenceMs + own.monoMs - own.wallMs;
  }

  /** Offset of the own clock from the median of all, itself included, positive when ahead; undefined without peers. */
  ownOffset(own: OwnClocks): number | undefined {
    if (this.#samples.size === 0) return undefined;
    const offsets = [...this.#samples.values()].map(
      (sample) => sample.differenceMs + own.monoMs - own.wallMs,
    );
    return -median([0, ...offsets]);
  }
}

/** The middle value, or the mean of the two middle ones. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
