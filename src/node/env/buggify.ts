/**
 * Every place where the code may as well do the unlikely thing, and what that is.
 * Each is a choice that a slow disk, a late timer or a lost message could have made too: it may cost time, never a promise.
 */
export const BUGGIFY_POINTS = {
  'store.short-batch': 'the writer takes one mutation into its batch though more wait',
  'store.delayed-flush': 'the writer waits before it writes and syncs a batch',
  'store.short-read': 'the reader asks the storage for one key though more wait',
  'grid.early-page': 'a batch carries a page of the hash grid though that is not due',
  'grid.forgotten-page': 'pages of the hash grid are dropped from memory though there is room',
  'clock.early-reserve': 'the ceiling of the clock is raised though much of the reserve is left',
  'clock.late-reserve': 'the ceiling of the clock is not raised though it is time',
  'coordinator.early-silence': 'a read takes replicas for silent that had hardly time to answer',
  'coordinator.late-spread': 'a read waits before it writes back the winner, or tells the time',
  'coordinator.late-heal': 'a corrupt copy waits before it is replaced',
  'gossip.skipped-round': 'a round of gossip talks to nobody',
  'gossip.small-message': 'a message of gossip holds a few digests and deltas, the rest waits',
  'gossip.early-probe': 'nodes are probed that nobody doubts',
  'metadata.slow-persist': 'a vote or an entry waits before it is written and synced',
  'metadata.impatient-proposer': 'a ballot gives its voters hardly time to answer',
  'metadata.eager-upkeep': 'a voter does the upkeep of the log though others have precedence',
  'metadata.short-pull': 'a pull takes over one entry of those that it was sent',
  'metadata.forgetful-herald': 'a member is not told of a decided entry',
  'hints.small-batch': 'a replay sends one hint though more wait',
  'hints.late-forget': 'hints that were delivered are not forgotten, and are delivered again',
} as const;

export type BuggifyPoint = keyof typeof BUGGIFY_POINTS;

/** Whether to do the unlikely thing here, this time; always false in production, drawn from the seed in the simulator. */
export type Buggify = (point: BuggifyPoint) => boolean;
