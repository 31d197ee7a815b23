import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import type { ProtoReader } from '../../../../client/grpc/wire/proto-reader.js';
import type { ProtoWriter } from '../../../../client/grpc/wire/proto-writer.js';
import { isErrorCode } from '../../../core/errors.js';
import type { DataReply, RecordDigest } from '../../../core/messages.js';
import type { Stamp, Version } from '../../../core/version/version.js';
import { unreachable } from '../../../../stdx/unreachable.js';
import type { NumberedReply } from './peer-frame.js';

const KINDS = [
  'unspecified',
  'written',
  'superseded',
  'value',
  'digest',
  'corrupt',
  'fenced',
  'failed',
] as const;

/** What the fixed fields of a DataReply take at most. */
const FIXED_BYTES = 96;

/** An upper bound of what `writeDataReply` appends. */
export function dataReplyBytes(reply: DataReply): number {
  if (reply.kind === 'value') return FIXED_BYTES + (reply.record?.length ?? 0);
  return reply.kind === 'failed' ? FIXED_BYTES + 3 * reply.message.length : FIXED_BYTES;
}

/** Appends the answer to a DataFrame. */
export function writeDataReply(writer: ProtoWriter, { id, reply }: NumberedReply<DataReply>): void {
  const start = writer.begin(4);
  writer.uint(1, id);
  writer.uint(2, KINDS.indexOf(reply.kind));
  if ('stamp' in reply) writer.stamp(3, reply.stamp);
  switch (reply.kind) {
    case 'superseded':
      writer.version(4, reply.version);
      break;
    case 'value':
      if (reply.record !== undefined) writer.bytesAlways(5, reply.record);
      break;
    case 'digest':
      if (reply.digest !== undefined) writeDigest(writer, reply.digest);
      break;
    case 'fenced':
      writer.uint(9, reply.epoch);
      break;
    case 'failed':
      writer.string(10, reply.code);
      writer.string(11, reply.message);
      break;
    case 'written':
    case 'corrupt':
      break;
    default:
      unreachable(reply);
  }
  writer.end(start);
}

function writeDigest(writer: ProtoWriter, digest: RecordDigest): void {
  writer.version(4, digest.version);
  writer.fixed32(6, digest.checksum);
  writer.bool(7, digest.tombstone);
  writer.uint(8, digest.sizeBytes);
  if (digest.expiresAtMs !== undefined) writer.uintAlways(12, digest.expiresAtMs);
}

/** Reads the fields of a DataReply that the reader has entered. @throws BadFrame when they are not one */
export function readDataReply(reader: ProtoReader): NumberedReply<DataReply> {
  const fields: ReplyFields = {
    id: 0,
    kind: 0,
    stamp: undefined,
    version: undefined,
    record: undefined,
    checksum: 0,
    tombstone: false,
    sizeBytes: 0,
    epoch: 0,
    code: '',
    message: '',
    expiresAtMs: undefined,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) readField(reader, tag, fields);
  return { id: fields.id, reply: replyOf(fields) };
}

interface ReplyFields {
  id: number;
  kind: number;
  stamp: Stamp | undefined;
  version: Version | undefined;
  record: Uint8Array | undefined;
  checksum: number;
  tombstone: boolean;
  sizeBytes: number;
  epoch: number;
  code: string;
  message: string;
  expiresAtMs: number | undefined;
}

function readField(reader: ProtoReader, tag: number, fields: ReplyFields): void {
  switch (tag) {
    case 8:
      fields.id = reader.uint();
      return;
    case 16:
      fields.kind = reader.uint();
      return;
    case 26:
      fields.stamp = reader.stamp();
      return;
    case 34:
      fields.version = reader.version();
      return;
    case 42:
      fields.record = reader.bytes();
      return;
    case 53:
      fields.checksum = reader.fixed32();
      return;
    case 56:
      fields.tombstone = reader.bool();
      return;
    case 64:
      fields.sizeBytes = reader.uint();
      return;
    case 72:
      fields.epoch = reader.uint();
      return;
    case 82:
      fields.code = reader.string();
      return;
    case 90:
      fields.message = reader.string();
      return;
    case 96:
      fields.expiresAtMs = reader.uint();
      return;
    default:
      reader.skip(tag);
  }
}

function replyOf(fields: ReplyFields): DataReply {
  const kind = KINDS[fields.kind];
  switch (kind) {
    case 'written':
      return { kind, stamp: stampOf(fields) };
    case 'superseded':
      return { kind, version: versionOf(fields), stamp: stampOf(fields) };
    case 'value':
      return { kind, record: fields.record, stamp: stampOf(fields) };
    case 'digest':
      return { kind, digest: digestOf(fields), stamp: stampOf(fields) };
    case 'corrupt':
      return { kind };
    case 'fenced':
      return { kind, epoch: fields.epoch };
    case 'failed':
      return failureOf(fields);
    case 'unspecified':
    case undefined:
      throw new BadFrame(`a reply of kind ${fields.kind}`);
    default:
      return unreachable(kind);
  }
}

function digestOf(fields: ReplyFields): RecordDigest | undefined {
  const { version, checksum, tombstone, expiresAtMs, sizeBytes } = fields;
  if (version === undefined) return undefined;
  return { version, checksum, tombstone, expiresAtMs, sizeBytes };
}

function failureOf(fields: ReplyFields): DataReply {
  const { code, message } = fields;
  if (code === 'timeout' || isErrorCode(code)) return { kind: 'failed', code, message };
  return { kind: 'failed', code: 'KV_INTERNAL', message: `${code}: ${message}` };
}

function stampOf(fields: ReplyFields): Stamp {
  if (fields.stamp === undefined) throw new BadFrame('a reply without a stamp');
  return fields.stamp;
}

function versionOf(fields: ReplyFields): Version {
  if (fields.version === undefined) throw new BadFrame('a reply without a version');
  return fields.version;
}
