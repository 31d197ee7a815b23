import type {
  StorageJobResponse,
  StorageResponse,
  TombstonesResponse,
} from '../../../generated/kv/v1/admin.js';
import type {
  StorageJobView,
  StorageView,
  TombstonesView,
} from '../../../node/core/views/storage-views.js';
import { required } from './required.js';
import { wordOf } from './words.js';

const kindOf = wordOf('flush', 'compact', 'verify');
const stateOf = wordOf('none', 'running', 'done', 'stopped', 'failed');
const heldByOf = wordOf('owner-away', 'not-repaired', 'grace');

/** The answer of `Storage`. @throws BadFrame when it is not one */
export function storageFromMessage(message: StorageResponse): StorageView {
  return {
    ...message,
    diskFreeBytes: message.diskFreeBytes,
    recovery: message.recovery,
    shards: message.shards.map((shard) => {
      const { writeAmplification, tombstoneShare } = shard;
      const scrub = required(shard.scrub);
      return {
        ...shard,
        writeAmplification,
        tombstoneShare,
        scrub: { ...scrub, endedAtMs: scrub.endedAtMs },
        rotten: shard.rotten ?? { rotten: 0, unhealed: 0 },
      };
    }),
    jobs: message.jobs.map(storageJobFromMessage),
  };
}

/** The answer of `Tombstones`. @throws BadFrame when it is not one */
export function tombstonesFromMessage(message: TombstonesResponse): TombstonesView {
  return {
    ...message,
    namespaces: message.namespaces.map(({ counted, ...namespace }) => ({
      ...namespace,
      isCounted: counted,
      oldestMs: namespace.oldestMs,
      ranges: namespace.ranges.map((range) => ({
        ...range,
        heldBy: heldByOf(range.heldBy),
        repairedAtMs: range.repairedAtMs,
      })),
    })),
  };
}

/** The answer of `StorageJob`. @throws BadFrame when it is not one */
export function storageJobFromMessage(message: StorageJobResponse): StorageJobView {
  const { kind, state, range, verdict } = message;
  return { ...message, kind: kindOf(kind), state: stateOf(state), range, verdict };
}
