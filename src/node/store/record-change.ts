import type { DecodedRecord } from '../core/version/record-codec.js';
import type { StoredRecord } from '../core/version/record.js';
import type { BatchOperation } from '../env/storage.js';

/** What one batch makes of one copy. */
export interface RecordChange {
  readonly dataKey: Uint8Array;
  /** What was held: a copy that cannot be read was one, and nobody knows which. */
  readonly before: DecodedRecord | undefined;
  readonly after: StoredRecord | undefined;
}

/** Something that is kept beside the records and must never differ from them: it is written by the same atomic batch. */
export interface Derivation {
  /**
   * What the batch with this sequence number must carry as well. Called once for each batch that changes copies, in the order in which
   * they are written, and no later than any question about them.
   */
  derive(changes: readonly RecordChange[], sequence: number): readonly BatchOperation[];
  /**
   * What may go along with the batch with this number, though it does not follow from its changes. Asked of every batch that is written
   * anyway, with changes or without, after `derive`; the batch before it is durable.
   */
  ride?(sequence: number): readonly BatchOperation[];
}
