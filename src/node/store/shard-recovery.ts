import { readU32be } from '../../stdx/bytes.js';
import type { Random } from '../env/random.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import { StoreDamage } from '../env/store-damage.js';
import { INDEXES } from './indexes/index-builder.js';
import { damaged, readMarkers, SequenceMarkers } from './sequence-markers.js';
import type { MarkerWindow } from './sequence-markers.js';
import { CEILING_KEY, INDEXED_KEY, LOSS_KEY, seal, sealU48 } from './system-keys.js';
import { unseal, unsealU48, WRITER_KEY } from './system-keys.js';

/** Signs the versions of one shard: 64 random bits, never used by another shard or after a loss of the disk. */
export interface WriterId {
  readonly hi: number;
  readonly lo: number;
}

/** What a shard knows of its earlier runs. */
export interface RecoveredShard {
  readonly markers: MarkerWindow;
  readonly writerId: WriterId;
  /** Zero when no ceiling was ever reserved. */
  readonly ceilingMs: number;
  /** When a loss was accepted that is not made good yet, in ms since 1970; undefined when nothing is lost. */
  readonly lossMs: number | undefined;
}

/**
 * What an opened storage says of the shard; a new one gets its writer id, as batch 1. `isExpected`: there must be one already.
 * @throws StoreDamage when something is damaged or missing
 */
export async function recoverShard(
  storage: Storage,
  random: Random,
  isExpected = false,
): Promise<RecoveredShard> {
  const markers = await readMarkers(storage);
  const [writer, ceiling, loss] = await storage.getMany([WRITER_KEY, CEILING_KEY, LOSS_KEY]);
  if (markers.last === 0 && writer === undefined) {
    // Batch 1 is durable before a node asks to be a member.
    if (isExpected) throw new StoreDamage('The store of this node is gone');
    return await beginShard(storage, random);
  }
  // Batch 1 carries both, and the newest marker is never deleted.
  if (markers.last === 0) throw damaged('sequence of batches');
  const body = writer && unseal(WRITER_KEY, writer);
  if (body?.length !== 8) throw damaged('writer id');
  const ceilingMs = ceiling === undefined ? 0 : unsealU48(CEILING_KEY, ceiling);
  if (ceilingMs === undefined) throw damaged('ceiling of the clock');
  const lossMs = loss === undefined ? undefined : unsealU48(LOSS_KEY, loss);
  if (loss !== undefined && lossMs === undefined) throw damaged('note of an accepted loss');
  return {
    markers,
    writerId: { hi: readU32be(body, 0), lo: readU32be(body, 4) },
    ceilingMs,
    lossMs,
  };
}

async function beginShard(storage: Storage, random: Random): Promise<RecoveredShard> {
  const id = random.bytes(8);
  const first = new SequenceMarkers({ low: 0, last: 0 }, Infinity);
  const begun: readonly BatchOperation[] = [
    { type: 'put', key: WRITER_KEY, value: seal(WRITER_KEY, id) },
    { type: 'put', key: INDEXED_KEY, value: sealU48(INDEXED_KEY, INDEXES) },
  ];
  await storage.write([...begun, ...first.stamp(0)], { sync: true });
  const writerId = { hi: readU32be(id, 0), lo: readU32be(id, 4) };
  return { markers: { low: 1, last: first.last }, writerId, ceilingMs: 0, lossMs: undefined };
}
