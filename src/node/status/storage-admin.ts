import { KvError } from '../core/errors.js';
import type {
  StorageJobRequest,
  StorageJobView,
  StorageView,
  TombstonesView,
} from '../core/views/storage-views.js';
import type { MetadataService, PeerDirectory } from '../services.js';
import { storageView, type StorageViewParts } from './storage-view.js';
import { tombstonesView, type TombstonesViewParts } from './tombstones-view.js';

export interface StorageAdminParts
  extends StorageViewParts, Omit<TombstonesViewParts, 'store' | 'nameOf'> {
  readonly metadata: MetadataService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
}

/** Answers what an operator asks of the store of this node alone, and does its upkeep. */
export class StorageAdmin {
  readonly #parts: StorageAdminParts;

  constructor(parts: StorageAdminParts) {
    this.#parts = parts;
  }

  /** @throws KvError KV_STORE_FAILED */
  async view(): Promise<StorageView> {
    return await storageView(this.#parts);
  }

  /** @throws KvError KV_STORE_FAILED, KV_NOT_READY before the node is in a cluster */
  async tombstones(): Promise<TombstonesView> {
    const { metadata, peers } = this.#parts;
    const view = metadata.current();
    if (view === undefined)
      throw new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
    return await tombstonesView({ ...this.#parts, nameOf: (id) => peers.nameOf(id) }, view);
  }

  /** Starts or stops a job on the store, or says how it is. */
  job(request: StorageJobRequest): StorageJobView {
    return this.#parts.jobs.handle(request);
  }
}
