import type { KeyRange, StorageEntry } from '../env/storage.js';
import type { ApplyOutcome, SystemWrite } from '../store/mutation.js';

/** What hints and marks ask of the store beside whose records they are kept. */
export interface SystemStore {
  /** `done` is called exactly once; `written` is durable. */
  writeSystem(write: SystemWrite, done: (outcome: ApplyOutcome) => void): void;
  scan(range: KeyRange): AsyncIterable<StorageEntry>;
}
