import { KvError } from './errors.js';

/** The end of a node that has left by a plan: nothing has failed, its identity is of no use any more. */
export class LeftCluster extends KvError {
  constructor(name: string, cluster: string) {
    super(
      'KV_IDENTITY_REMOVED',
      `${name} has left cluster ${cluster}: all of its data is on the others; its directory can be deleted`,
    );
    this.name = 'LeftCluster';
  }
}
