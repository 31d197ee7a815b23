/** Copies of a node that did not match their checksum, or could not be read, within the last day; forgotten by a restart. */
export interface RottenReport {
  /** Each copy once, up to a bound. */
  readonly rotten: number;
  /** Of these, those that nothing was put in the place of yet. */
  readonly unhealed: number;
}

/** What a node has found that it cannot read of its store. */
export interface DamageReport extends RottenReport {
  /** Parts of the store that the scrub could not read at all, since the start. */
  readonly unreadable: number;
}
