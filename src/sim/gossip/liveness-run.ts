/** Nodes that gossip and watch each other over virtual time; none of them ever fails, so every suspicion is false. */
export interface LivenessRun {
  /** Lets virtual time pass. */
  advance(durationMs: number): Promise<void>;
  /** What was counted since the start. */
  figures(): LivenessFigures;
}

export interface LivenessFigures {
  /** Times that a node became suspect, or was judged down, in the eyes of another. */
  readonly suspicions: number;
  readonly deaths: number;
  /** Bytes of digests and deltas, over all nodes, never less than on the wire. */
  readonly sentBytes: number;
  /** Since the very start, also after `since`. */
  readonly largestMessageBytes: number;
}

export interface LivenessScene {
  readonly nodes: number;
  /** Chance that one message is lost, in [0, 1). */
  readonly loss: number;
  readonly seed: number;
}

/** What was counted between two moments. */
export function figuresBetween(before: LivenessFigures, after: LivenessFigures): LivenessFigures {
  return {
    suspicions: after.suspicions - before.suspicions,
    deaths: after.deaths - before.deaths,
    sentBytes: after.sentBytes - before.sentBytes,
    largestMessageBytes: after.largestMessageBytes,
  };
}
