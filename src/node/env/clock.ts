/** A pending call that can be taken back. */
export interface Timer {
  /** Takes the call back; harmless when it already ran. */
  cancel(): void;
}

/** The only source of time below the edges; virtual in the simulator. */
export interface Clock {
  /** Wall time in whole milliseconds since 1970; may jump either way. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start; never goes back; fractions allowed. */
  monotonicMs(): number;
  /** Calls `run` once, after at least `delayMs`; a throw in `run` is a defect and ends the node. */
  after(delayMs: number, run: () => void): Timer;
}
