import { KvError } from '../core/errors.js';

/** The store on the disk is not what was written there: a part is missing, or cannot be read. Other failures of a disk may pass. */
export class StoreDamage extends KvError {
  constructor(message: string, cause?: unknown) {
    super('KV_STORE_FAILED', message, { cause });
  }
}
