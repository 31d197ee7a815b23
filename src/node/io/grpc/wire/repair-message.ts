import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import { required } from '../../../../client/grpc/wire/required.js';
import { versionFromBytes, versionToBytes } from '../../../../client/grpc/wire/version-bytes.js';
import type {
  ListedCopy as ListedMessage,
  RepairMend,
  RepairRequest as RequestMessage,
  RepairResponse as ResponseMessage,
  SlotFloor,
  SlotParts,
  SlotSums,
  Slots,
} from '../../../../generated/kv/peer/v1/peer.js';
import type { Hash64 } from '../../../../stdx/hash64.js';
import { unreachable } from '../../../../stdx/unreachable.js';
import { emptyLeaves, hashAt, type LeafHashes } from '../../../core/grid/leaf-hashes.js';
import type { ListedCopy } from '../../../core/repair/compare-copies.js';
import type {
  MendTime,
  RepairQuestion,
  RepairReply,
} from '../../../core/repair/repair-messages.js';
import type { SlotRun, ValuedRun } from '../../../core/repair/slot-map.js';
import { areSums, SLOT_PARTS, type PartRun } from '../../../core/repair/slot-parts.js';
import { SLOT_COUNT } from '../../../core/ring/token.js';

const HASH_BYTES = 8;
const NO_BYTES = new Uint8Array(0);
/** Prefix, namespace and token of a data key. */
const DATA_KEY_LEAST = 10;

/** The body of a RepairRequest. */
export function repairRequestBody(question: RepairQuestion): NonNullable<RequestMessage['body']> {
  switch (question.kind) {
    case 'begin':
      return { $case: 'begin', value: question };
    case 'settle':
      return {
        $case: 'settle',
        value: { floors: question.floors.map(floorMessage), after: question.after },
      };
    case 'hashes':
      return { $case: 'hashes', value: { ...question, sumSeed: undefined } };
    case 'sums': {
      const runs = question.slots.map((slot) => ({ from: slot, to: slot + 1 }));
      const sumSeed = hashBytes(Uint32Array.of(question.seed.hi, question.seed.lo));
      // To who passes over the seed it is a question after hashes, whose answer tells.
      return { $case: 'hashes', value: { runs, pieces: runs.length, sumSeed } };
    }
    case 'list':
      return { $case: 'list', value: { ...question, parts: [...question.parts] } };
    case 'fetch':
      return { $case: 'fetch', value: question };
    case 'apply': {
      const drops = question.drops.map(({ dataKey, digest: { version, checksum } }) => ({
        dataKey,
        version: versionToBytes(version),
        checksum,
      }));
      return { $case: 'apply', value: { copies: question.copies, drops } };
    }
    case 'complete':
      return { $case: 'complete', value: question };
    case 'mend':
      return {
        $case: 'mend',
        value: {
          runs: question.runs,
          sinceBoot: question.since?.boot,
          sinceMs: question.since?.nowMs ?? 0,
        },
      };
    default:
      return unreachable(question);
  }
}

/** The question that a body carries. @throws BadFrame */
export function repairQuestionOf(body: RequestMessage['body']): RepairQuestion {
  switch (body?.$case) {
    case 'begin':
      return { kind: 'begin', runs: body.value.runs.map(runOf) };
    case 'settle':
      return { kind: 'settle', floors: body.value.floors.map(floorOf), after: body.value.after };
    case 'hashes': {
      const { runs, pieces, sumSeed } = body.value;
      if (sumSeed === undefined) return { kind: 'hashes', runs: runs.map(runOf), pieces };
      return { kind: 'sums', slots: runs.map(slotOf), seed: seedOf(sumSeed) };
    }
    case 'list': {
      const { slot, after, parts } = body.value;
      if (slot >= SLOT_COUNT) throw new BadFrame('a slot beyond the ring');
      return { kind: 'list', slot, after, parts: parts.map(partsOf) };
    }
    case 'fetch':
      return { kind: 'fetch', dataKeys: body.value.dataKeys.map(dataKeyOf) };
    case 'apply': {
      const copies = body.value.copies.map(({ dataKey, record }) => ({
        dataKey: dataKeyOf(dataKey),
        record,
      }));
      const drops = body.value.drops.map(({ dataKey, version, checksum }) => ({
        dataKey: dataKeyOf(dataKey),
        digest: { version: required(versionFromBytes(version)), checksum },
      }));
      return { kind: 'apply', copies, drops };
    }
    case 'complete': {
      const { runs, floorMs, boot, agoMs } = body.value;
      return { kind: 'complete', runs: runs.map(runOf), floorMs, boot, agoMs };
    }
    case 'mend':
      return { kind: 'mend', runs: body.value.runs.map(runOf), since: sinceOf(body.value) };
    case undefined:
      throw new BadFrame('a question of repair of an unknown kind');
    default:
      return unreachable(body);
  }
}

/** The body of a RepairResponse. */
export function repairReplyBody(reply: RepairReply): NonNullable<ResponseMessage['body']> {
  switch (reply.kind) {
    case 'begun':
      return {
        $case: 'begun',
        value: { boot: reply.boot, floors: reply.floors.map(floorMessage) },
      };
    case 'settled':
      return { $case: 'settled', value: reply };
    case 'hashes':
      return { $case: 'hashed', value: { hashes: hashBytes(reply.hashes), sums: [] } };
    case 'sums':
      return {
        $case: 'hashed',
        value: { hashes: NO_BYTES, sums: reply.slots.map(sumsMessage) },
      };
    case 'listed': {
      const { copies, unreadable, floorMs, until } = reply;
      const value = { copies: copies.map(listedMessage), unreadable: [...unreadable] };
      return { $case: 'listed', value: { ...value, floorMs, until } };
    }
    case 'fetched':
      return { $case: 'fetched', value: { copies: reply.records.map((record) => ({ record })) } };
    case 'applied':
      return { $case: 'applied', value: reply };
    case 'completed':
      return { $case: 'completed', value: { queuedBytes: 0 } };
    case 'mended':
      return { $case: 'mended', value: { ...reply, beganMs: [...reply.beganMs] } };
    default:
      return unreachable(reply);
  }
}

/** The answer that a body carries. @throws BadFrame */
export function repairReplyOf(body: ResponseMessage['body']): RepairReply {
  switch (body?.$case) {
    case 'begun':
      return { kind: 'begun', boot: body.value.boot, floors: body.value.floors.map(floorOf) };
    case 'settled':
      return { kind: 'settled', dropped: body.value.dropped, until: body.value.until };
    case 'hashed':
      if (body.value.sums.length > 0) return { kind: 'sums', slots: body.value.sums.map(sumsOf) };
      return { kind: 'hashes', hashes: hashesOf(body.value.hashes) };
    case 'listed': {
      const { copies, unreadable, floorMs, until } = body.value;
      return { kind: 'listed', copies: copies.map(listedOf), unreadable, floorMs, until };
    }
    case 'fetched':
      return { kind: 'fetched', records: body.value.copies.map(({ record }) => record) };
    case 'applied':
      return { kind: 'applied', queuedBytes: body.value.queuedBytes };
    case 'completed':
      return { kind: 'completed' };
    case 'mended':
      return { kind: 'mended', ...body.value };
    case 'refused':
    case undefined:
      throw new BadFrame('an answer of repair of an unknown kind');
    default:
      return unreachable(body);
  }
}

function sinceOf({ sinceBoot: boot, sinceMs: nowMs }: RepairMend): MendTime | undefined {
  return boot === undefined ? undefined : { boot, nowMs };
}

function runOf({ from, to }: Slots): SlotRun {
  if (from >= to || to > SLOT_COUNT) throw new BadFrame('slots beyond the ring');
  return { from, to };
}

function slotOf(run: Slots): number {
  const { from, to } = runOf(run);
  if (to !== from + 1) throw new BadFrame('several slots where one belongs');
  return from;
}

function partsOf({ from, to }: SlotParts): PartRun {
  if (from >= to || to > SLOT_PARTS) throw new BadFrame('parts beyond a slot');
  return { from, to };
}

function seedOf(bytes: Uint8Array): Hash64 {
  if (bytes.length !== HASH_BYTES) throw new BadFrame('a seed that has not eight bytes');
  return hashAt(hashesOf(bytes), 0);
}

function sumsMessage(sums: LeafHashes | undefined): SlotSums {
  return { sums: sums === undefined ? undefined : hashBytes(sums) };
}

function sumsOf({ sums: bytes }: SlotSums): LeafHashes | undefined {
  if (bytes === undefined) return undefined;
  const sums = hashesOf(bytes);
  if (!areSums(sums)) throw new BadFrame('sums of no equal parts');
  return sums;
}

function floorMessage({ from, to, value }: ValuedRun): SlotFloor {
  return { from, to, floorMs: value };
}

function floorOf(floor: SlotFloor): ValuedRun {
  return { ...runOf(floor), value: floor.floorMs };
}

function dataKeyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length < DATA_KEY_LEAST) throw new BadFrame('a data key that is too short');
  return bytes;
}

function listedMessage({ dataKey, digest }: ListedCopy): ListedMessage {
  return { ...digest, dataKey, version: versionToBytes(digest.version) };
}

function listedOf({ dataKey, version, ...digest }: ListedMessage): ListedCopy {
  const { checksum, tombstone, expiresAtMs, sizeBytes } = digest;
  return {
    dataKey: dataKeyOf(dataKey),
    digest: {
      version: required(versionFromBytes(version)),
      ...{ checksum, tombstone, expiresAtMs, sizeBytes },
    },
  };
}

function hashBytes(hashes: LeafHashes): Uint8Array {
  const bytes = new Uint8Array(hashes.byteLength);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of hashes.entries()) view.setUint32(4 * i, word);
  return bytes;
}

function hashesOf(bytes: Uint8Array): LeafHashes {
  if (bytes.length % HASH_BYTES !== 0) throw new BadFrame('hashes that are cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashes = emptyLeaves(bytes.length / HASH_BYTES);
  for (let i = 0; i < hashes.length; i++) hashes[i] = view.getUint32(4 * i);
  return hashes;
}
