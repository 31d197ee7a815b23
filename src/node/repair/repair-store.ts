import type { BackgroundStore } from '../store/background-store.js';
import type { StoreFloors } from '../store/floors.js';
import type { ApplyOutcome, Mutation } from '../store/mutation.js';

/** What repair asks of a store. */
export interface RepairStore extends BackgroundStore {
  readonly floors: StoreFloors;
  /** Bytes that wait to be written. */
  queueBytes(): number;
  apply(mutation: Mutation, done: (outcome: ApplyOutcome) => void): void;
}
