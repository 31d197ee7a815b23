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

/**
 * How far the wall clocks of the peers are from the own one, each from the reading with the shortest round trip of late.
 * What it says of all of them costs the same however many they are: it is asked with each request.
 */
export class ClockOffsets {
  readonly #samples = new Map<NodeId, Sample>();
  /** The differences of all samples, ascending; made when it is next asked for. */
  #sorted: readonly number[] | undefined;

  note(nodeId: NodeId, reading: ClockReading): void {
    const roundTripMs = reading.receivedMonoMs - reading.sentMonoMs;
    const old = this.#samples.get(nodeId);
    const oldKept = old !== undefined && reading.receivedMonoMs - old.atMonoMs < SAMPLE_KEPT_MS;
    // The error is at most half the round trip: a reading twice as good or bad is as good as any.
    if (oldKept && roundTripMs > 2 * old.roundTripMs + 1) return;
    // The peer read its clock somewhere in between; half way is the best guess.
    const differenceMs = reading.peerWallMs - (reading.sentMonoMs + roundTripMs / 2);
    this.#samples.set(nodeId, { differenceMs, roundTripMs, atMonoMs: reading.receivedMonoMs });
    this.#sorted = undefined;
  }

  keepOnly(nodeIds: ReadonlySet<NodeId>): void {
    for (const id of [...this.#samples.keys()]) if (!nodeIds.has(id)) this.#samples.delete(id);
    this.#sorted = undefined;
  }

  /** Whether the clock of a peer has been read. */
  knows(nodeId: NodeId): boolean {
    return this.#samples.has(nodeId);
  }

  /** Offset of a peer's clock from the own one in ms, positive when the peer is ahead. */
  offsetOf(nodeId: NodeId, own: OwnClocks): number | undefined {
    const sample = this.#samples.get(nodeId);
    return sample === undefined ? undefined : sample.differenceMs + own.monoMs - own.wallMs;
  }

  /** Offset of the own clock from the median of all, itself included, positive when ahead; undefined without peers. */
  ownOffset(own: OwnClocks): number | undefined {
    if (this.#samples.size === 0) return undefined;
    const ownMs = own.wallMs - own.monoMs;
    const [lowMs, highMs] = middlesWith(ownMs, this.#differences());
    return -((lowMs + highMs) / 2 - ownMs);
  }

  /**
   * The time by the median of all clocks, the own one included; undefined without peers. When they are of two opinions it
   * is the earlier one, never a time between: what followed a clock that is ahead cannot be taken back.
   */
  commonWallMs(own: OwnClocks): number | undefined {
    if (this.#samples.size === 0) return undefined;
    const [lowMs] = middlesWith(own.wallMs - own.monoMs, this.#differences());
    return Math.floor(lowMs + own.monoMs);
  }

  #differences(): readonly number[] {
    this.#sorted ??= [...this.#samples.values()]
      .map(({ differenceMs }) => differenceMs)
      .sort((a, b) => a - b);
    return this.#sorted;
  }
}

/** The two middle values of ascending ones and one more; twice the same when their count is odd. */
function middlesWith(value: number, sorted: readonly number[]): readonly [number, number] {
  const half = sorted.length >> 1;
  const isEven = sorted.length % 2 === 0;
  const below = sorted[half - 1] ?? Number.NEGATIVE_INFINITY;
  const above = sorted[isEven ? half : half + 1] ?? Number.POSITIVE_INFINITY;
  // Wherever else the one more lies, it only decides on which side of it the middle is.
  const inner = Math.min(Math.max(value, below), above);
  if (isEven) return [inner, inner];
  const middle = sorted[half]!;
  return inner < middle ? [inner, middle] : [middle, inner];
}
