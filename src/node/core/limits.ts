/**
 * Bounds of one process that two nodes need not agree on; bounds that they must agree on are in `settings.ts`.
 * Sizes in bytes, times in milliseconds.
 */
export const LIMITS = {
  keyBytes: 2048,
  /** A value beyond this is refused whatever the cluster setting says. */
  valueBytesHard: 16 * 1024 * 1024,
  nodeNameLength: 64,
  /** Namespaces of a cluster, the default one included. */
  namespaces: 256,
  /** Copies in one data centre that a namespace may ask for. */
  replicationMax: 9,
  /** The longest default life of values: a hundred years. */
  defaultTtlMaxMs: 100 * 365 * 86_400_000,
  /** A change of namespaces waits so long until all nodes that are up have heard of it. */
  namespaceSpreadMs: 3_000,
  vnodesMin: 1,
  vnodesMax: 256,

  /** Bytes queued towards one peer before `overloaded`. */
  peerQueueBytes: 16 * 1024 * 1024,
  /** Bytes of requests admitted and not yet answered, over all peers and clients of a node. */
  nodeQueueBytes: 64 * 1024 * 1024,
  /** Bytes of requests that one client session may have in flight. */
  sessionQueueBytes: 16 * 1024 * 1024,
  /** A stream message is cut at this size; larger values travel in a message of their own, in chunks. */
  streamMessageBytes: 256 * 1024,
  /** gRPC's own receive limit, kept at its default. */
  grpcReceiveBytes: 4 * 1024 * 1024,
  /** The same of a listener for peers: a repair moves records whole, one larger than its batches alone. */
  peerReceiveBytes: (16 + 2) * 1024 * 1024,
  /** Client sessions and watches that a node serves at once. */
  clientStreams: 1024,
  watchStreams: 32,

  /** One turn of the writer loop takes at most this much, or one larger record. */
  writerBatchBytes: 1024 * 1024,
  /** Mutations waiting for the writer loop, in bytes, before `overloaded`. */
  writerQueueBytes: 32 * 1024 * 1024,
  /** The same for sweeps, streams and other background mutations. */
  writerBackgroundQueueBytes: 8 * 1024 * 1024,
  /** What the background gets of each batch while live mutations wait. */
  writerBackgroundBatchBytes: 256 * 1024,
  /** A change of a copy in the background is not done later than this: whoever wanted it looks again. */
  backgroundSwapMs: 10_000,
  /** Expired values are swept so often, and all of the index is walked so often; work is followed by so many times its length of rest. */
  sweepEveryMs: 1_000,
  sweepAgainMs: 60_000,
  sweepAfterFailureMs: 60_000,
  sweepRestsPerWork: 3,
  sweepBytesPerSecond: 16 * 1024 * 1024,
  /** How often is looked for records of namespaces that were dropped. */
  droppedEveryMs: 15_000,
  /** Records of ranges of other nodes are looked for so long after the owners have changed, so often anyway, and again after a failure. */
  leftoverAfterMs: 10_000,
  leftoverEveryMs: 3_600_000,
  leftoverAgainMs: 60_000,
  /** All records are read once in this time, so that rot is found; the first walk waits, the store has other things to do after a start. */
  scrubCycleMs: 7 * 24 * 3_600_000,
  scrubFirstMs: 10 * 60_000,
  /** Work is followed by at least so many times its length of rest; so many bytes at once, and per second. */
  scrubRestsPerWork: 9,
  scrubPageBytes: 256 * 1024,
  scrubBytesPerSecond: 8 * 1024 * 1024,
  /** Rotten copies that are not healed yet: how many are remembered, and how often they are looked at again. */
  scrubOwed: 1_024,
  scrubAgainMs: 60_000,
  /** Copies that did not match their checksum: how many are remembered, and for how long they are told. */
  rottenRemembered: 4_096,
  rottenToldMs: 24 * 3_600_000,
  /** The place of the walk is written so often, and after a failure it goes on after so long. */
  scrubNoteMs: 5 * 60_000,
  /** Bytes of tables that one compaction of an operator takes at once, and its rest in times of its length. */
  compactPartBytes: 64 * 1024 * 1024,
  compactRestsPerWork: 1,
  /** A verification ends when nobody has asked for so long how it is. */
  verifyLeaseMs: 30_000,
  /** Tombstones are counted for so long; after that there are at least so many. */
  tombstoneCountMs: 1_500,
  /** A purge waits for so long when the store has no room for its changes. */
  purgeAgainMs: 1_000,
  /** Pages of the hash grid in memory, of all namespaces; what one batch changes may exceed it, until the next batches have written it. */
  gridCacheBytes: 32 * 1024 * 1024,
  /** Pages of the grid are written so that they are one byte for so many of records, at most so many with one batch. */
  gridRecordBytesPerPageByte: 64,
  gridPagesPerBatch: 16,
  /** The same when the cache is over its bound. */
  gridPagesPerFullBatch: 256,
  /** Batches, and bytes, whose changes of the grid are not in its pages yet, before pages are written faster: a start replays them. */
  gridDeltas: 16_384,
  gridDeltaBytes: 16 * 1024 * 1024,
  /** A part of the grid that could not be computed from its records is tried again after so long. */
  gridAgainMs: 5_000,
  /**
   * Free bytes of the disk below which nothing more is written, and how often it is looked. The reserve holds what LevelDB needs to go on:
   * a compaction of a level writes a table and those it overlaps anew before the old ones go (some 13 of 4 MiB), one of level 0 up to five buffers
   * (320 MiB) where it falls behind, two write buffers wait in memory and lie in logs (128 MiB), and what comes between two looks is some 50 MiB.
   */
  diskReserveBytes: 512 * 1024 * 1024,
  diskLookMs: 2_000,
  /** Reads gathered into one `getMany`. */
  readBatchKeys: 512,
  /** Reads waiting for the store before `overloaded`. */
  readQueueKeys: 65_536,
  /** `getMany` calls of readers under way at once; each takes a thread of the pool (4 by default, one stays for writes). */
  readBatches: 3,
  /** Slots in a piece, from the pieces that are compared first to the last: a slot by itself. */
  repairPieceSlots: [1024, 32, 1],
  /** Hashes that are compared at once, copies that are listed at once, records that are fetched at once, and their bytes. */
  repairHashes: 1024,
  repairListKeys: 1024,
  repairFetchKeys: 256,
  repairBatchBytes: 1024 * 1024,
  /** Differing slots that are summed at once, and the copies and the time that one question may take for it: larger slots are listed. */
  repairSumSlots: 64,
  repairSumKeys: 16_384,
  repairSumMs: 4_000,
  /** What differs is looked at again after so long: a write that was under way has ended by then. */
  repairSettleMs: 2_500,
  /** Slots with copies that cannot be read are looked at again after so long, so often: by then they may be healed. */
  repairHealMs: 1_000,
  repairHealLooks: 3,
  /** A purge takes so much of the time and of the bytes of keys per second. */
  purgeRestsPerWork: 1,
  purgeBytesPerSecond: 4 * 1024 * 1024,
  /** Each range is repaired once in this time, and repairs rest this long between two. */
  repairCycleMs: 24 * 3_600_000,
  /** It is asked so often whether a range waits whose owners are together again. */
  repairLookMs: 3_000,
  /** A repair that failed is tried again after so long. */
  repairAgainMs: 15_000,
  repairBytesPerSecond: 8 * 1024 * 1024,
  /** To a node that is busy at least so much, and so much more each time that it is not; changed once in so long. */
  repairLeastBytesPerSecond: 256 * 1024,
  repairStepBytesPerSecond: 512 * 1024,
  repairPaceMs: 1_000,
  /** What is never, and what is always, a long time to apply a batch of records, and how much may wait to be written meanwhile. */
  repairSlowMs: 100,
  repairSlowestMs: 1_000,
  repairBusyBytes: 4 * 1024 * 1024,
  /** A question that was refused because of too much work is asked again after so long, then after twice as long, up to so long. */
  repairRefusedMs: 500,
  repairRefusedMostMs: 4_000,
  /** How often an owner is asked whether marked slots are repaired, and how long before others have their turn. */
  repairMarkLookMs: 5_000,
  repairMarkWaitMs: 10 * 60_000,
  /** Repairs that a node drives because people asked for them, at once, and those that it remembers. */
  repairJobs: 4,
  repairJobsKept: 32,
  /** How far such a repair is is written so often at most. */
  repairJobKeepMs: 3_000,
  /** After a restart of its driver a repair waits so long for the other nodes, and it goes on after so many restarts in which it did not come on. */
  repairResumeWaitMs: 60_000,
  repairJobRestarts: 10,
  /** A floor is lifted by at least so much. */
  floorStepMs: 60_000,
  /** One question of a repair; a purge that it asks for ends before, and goes on with the next question. */
  repairAskMs: 10_000,
  repairPurgeMs: 4_000,
  /** How old the size of the store that is shown may be. */
  loadRefreshMs: 10_000,

  /** How often a node looks what a plan asks of it, and whoever drives it whether the next step may come. */
  planLookMs: 1_000,
  /** A plan that has not come on for so long is an alert: it waits for something, or somebody. */
  planStalledMs: 5 * 60_000,
  /** Records are moved to one that gains a range at this rate at most. */
  planBytesPerSecond: 64 * 1024 * 1024,
  /** What it may be limited to. */
  planLeastBytesPerSecond: 64 * 1024,
  planMostBytesPerSecond: 16 * 1024 ** 3,
  /** Groups of ranges that one node moves at once: most of a small one is waiting for answers. */
  planGroupsAtOnce: 3,

  requestMs: 2_000,
  clientTotalMs: 5_000,
  dialMs: 2_000,
  /** A value replica silent for this long gets one full read elsewhere. */
  silentReplicaMs: 50,
  /** A replica that was silent is asked last for this long, unless it answers before. */
  silentPenaltyMs: 1_000,
  /** A node that owes a client an answer for this long is not asked first, until it answers; so often it is asked whether it does. */
  silentNodeMs: 250,
  silentNodeAskMs: 1_000,
  /** Granularity of the deadlines of operations: they fire this late at most. */
  timerStepMs: 5,
  /** Times that one write is stamped again above what superseded it. */
  restamps: 32,
  /** Times that one operation is planned again after the placement changed under it. */
  replans: 4,
  /** Corrupt copies healed at once in the background; more wait for the next read of their key. */
  backgroundHeals: 64,
  /** A corrupt copy that could not be healed is not tried again for this long; doubled with each further failure, up to the greatest. */
  healAgainMs: 1_000,
  healAgainMaxMs: 8_000,
  /** Corrupt copies of which it is known that they could not be healed. */
  failedHealsRemembered: 1_024,
  /** Bytes of acknowledged writes that wait for the answers of their last replicas; beyond it these get hints at once. */
  hintWaitingBytes: 16 * 1024 * 1024,
  /** Hints read at once, and targets to which a node replays at once. */
  hintPage: 256,
  hintReplays: 8,
  /** How often a holder looks whom it may replay to, and how long it waits after a target did not take its hints. */
  hintTickMs: 1_000,
  hintAgainMs: 2_000,
  /** Batches in a row that a target does not take before its replay ends, to begin again later. */
  hintRefusals: 3,
  /** How often the hints that were kept are told as an event. */
  hintEventMs: 60_000,
  /** Slots marked for repair by one write, and marks whose owners are asked at once. */
  repairMarksAtOnce: 512,
  /** Bytes of client requests that a node coordinates at once; the rest of `nodeQueueBytes` is for its peers. */
  clientQueueBytes: 48 * 1024 * 1024,
  drainMs: 10_000,

  gossipIntervalMs: 1_000,
  gossipFanout: 3,
  gossipMessageBytes: 64 * 1024,
  probeMs: 500,
  indirectProbes: 3,
  /** Phi over this makes a node suspect (about 3.5 s of silence at the normal rate). */
  suspectPhi: 1.5,
  /** Nothing heard for this long, and failed probes, make it down. */
  downAfterMs: 6_000,
  /** Rounds of probes in a row without an answer that make it down. */
  failedProbeRounds: 3,
  /** Fresh heartbeats that bring a suspect or down node up again. */
  upAfterHeartbeats: 2,
  /** How long the tombstone of a departed node is gossiped. */
  departedGossipMs: 3 * 24 * 3_600_000,
  /** One exchange of digests and deltas with one peer. */
  gossipExchangeMs: 2_000,
  /** Exchanges that a node has begun and not finished; at most one per peer. */
  gossipExchanges: 16,
  /** Rounds for which a change of state is sent ahead of everything else. */
  gossipHotRounds: 12,
  /** Facts that one endpoint states, and bytes of the name or the value of one. */
  gossipFacts: 32,
  gossipFactBytes: 1024,
  /** How often suspicions are judged; a timer later than `stallMs` means that the own event loop stood still. */
  suspicionTickMs: 250,
  stallMs: 250,
  /** Least time between two probes of one silent node. */
  probeAgainMs: 1_000,
  /** Rounds of probes under way, and probes made for others. */
  probeRounds: 64,
  probesForOthers: 64,
  /** Peers that a stopping node tells itself; gossip tells the rest. */
  stoppingTold: 64,
  /** A node that starts compares its clock with its peers for at most this long, and asks those that are silent so often. */
  clockCompareMs: 3_000,
  clockAskMs: 100,
  /** Nodes whose phi is a metric of its own. */
  phiGauges: 64,

  /** Nodes whose last start is remembered, to tell clones and old disk images. */
  peersRemembered: 16_384,
  /** A new start of a peer is written this soon, a higher sequence of it later, so many of them in one batch. */
  peerMemorySoonMs: 500,
  peerMemoryLaterMs: 5_000,
  peerMemoryBatch: 1_024,

  /** Events kept in the ring buffer of a node. */
  events: 5_000,
  /** Log entries kept beyond the snapshot for peers that pull. */
  metadataEntriesKept: 256,
  /** Metadata entries in one reply to a pull. */
  metadataPullEntries: 64,
  /** One pull, and one telling of a decided entry. */
  metadataPullMs: 1_000,
  metadataLearnMs: 1_000,
  /** Decided entries told to so many members at once. */
  metadataLearnsAtOnce: 32,
  /** Time for the voters to answer a first ballot; it doubles with each further one. */
  metadataBallotMs: 500,
  /** Votes and entries that wait for the disk, and changes that wait for their turn. */
  metadataWaiting: 256,
  /** Peers asked in one attempt to catch up. */
  metadataPullPeers: 8,
  /** A voter other than the first waits for so long, times its place, before it does the upkeep of the log. */
  metadataUpkeepMs: 1_000,
  /**
   * How far ahead of the clock its durable ceiling is reserved. After a crash the clock begins at the ceiling, so this
   * must stay well below `clockSkewMaxMs`, or the peers would refuse to stamp above the first records written then.
   */
  hlcReserveMs: 4_000,
  /** How often the ceiling is raised; a disk may stall for the rest of the reserve before stamps lag behind the wall. */
  hlcTickMs: 1_000,
} as const;
