/** What an endpoint states about itself; a fact that a newer release adds is carried on unread. */
export const FACT = {
  /** Newest epoch of the metadata log that it has applied. */
  epoch: 'epoch',
  /** Durable sequence of its store, now and then. */
  sequence: 'sequence',
  /** `NodeAddresses` as JSON. */
  address: 'address',
  /** Version of kv that it runs. */
  release: 'release',
  /** `running`, or `stopping` once it drains. */
  status: 'status',
  /** In a tombstone: wall time of the removal in ms. */
  departed: 'departed',
} as const;

/** A status that takes a node out of service until its next boot, or until it says otherwise. */
export const STOPPING = 'stopping';

/** True for a fact that changes all the time and decides nothing: it travels with the heartbeats, not ahead of them. */
export function isVolatileFact(name: string): boolean {
  return name === FACT.sequence;
}
