import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import type { ProtoReader } from '../../../../client/grpc/wire/proto-reader.js';
import type { ProtoWriter } from '../../../../client/grpc/wire/proto-writer.js';
import type { DataRequest } from '../../../core/messages.js';
import type { Stamp } from '../../../core/version/version.js';
import type { NumberedRequest } from './peer-frame.js';

const WRITE = 1;
const REPAIR = 2;
const READ_VALUE = 3;
const READ_DIGEST = 4;
const HINT = 5;

const EMPTY = new Uint8Array(0);
/** What the fixed fields of a DataOp take at most. */
const FIXED_BYTES = 96;

/** An upper bound of what `writeDataRequest` appends. */
export function dataRequestBytes(request: DataRequest): number {
  const record = request.kind === 'write' ? request.record.length : 0;
  return FIXED_BYTES + request.key.length + record;
}

/** Appends the request to a DataFrame. */
export function writeDataRequest(
  writer: ProtoWriter,
  { id, remainingMs, request }: NumberedRequest<DataRequest>,
): void {
  const start = writer.begin(3);
  writer.uint(1, id);
  writer.uint(2, kindOf(request));
  writer.uint(3, remainingMs);
  writer.uint(4, request.epoch);
  writer.uint(5, request.namespace);
  writer.bytes(6, request.key);
  if (request.kind === 'write') writer.bytes(7, request.record);
  if (request.kind === 'read') writer.stamp(8, request.stamp);
  writer.end(start);
}

/** Reads the fields of a DataOp that the reader has entered. @throws BadFrame when they are not one */
export function readDataRequest(reader: ProtoReader): NumberedRequest<DataRequest> {
  const fields: OpFields = {
    id: 0,
    kind: 0,
    remainingMs: 0,
    epoch: 0,
    namespace: 0,
    key: EMPTY,
    record: EMPTY,
    stamp: undefined,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) readField(reader, tag, fields);
  return { id: fields.id, remainingMs: fields.remainingMs, request: requestOf(fields) };
}

function kindOf(request: DataRequest): number {
  // A repair without a record, which nodes that do not know it refuse; a kind that they do not know would cost the connection.
  if (request.kind === 'discard') return REPAIR;
  if (request.kind === 'write') {
    if (request.repair) return REPAIR;
    return request.background === true ? HINT : WRITE;
  }
  return request.mode === 'value' ? READ_VALUE : READ_DIGEST;
}

interface OpFields {
  id: number;
  kind: number;
  remainingMs: number;
  epoch: number;
  namespace: number;
  key: Uint8Array;
  record: Uint8Array;
  stamp: Stamp | undefined;
}

function readField(reader: ProtoReader, tag: number, fields: OpFields): void {
  switch (tag) {
    case 8:
      fields.id = reader.uint();
      return;
    case 16:
      fields.kind = reader.uint();
      return;
    case 24:
      fields.remainingMs = reader.uint();
      return;
    case 32:
      fields.epoch = reader.uint();
      return;
    case 40:
      fields.namespace = reader.uint();
      return;
    case 50:
      fields.key = reader.bytes();
      return;
    case 58:
      fields.record = reader.bytes();
      return;
    case 66:
      fields.stamp = reader.stamp();
      return;
    default:
      reader.skip(tag);
  }
}

function requestOf(fields: OpFields): DataRequest {
  const { kind, epoch, namespace, key, record, stamp } = fields;
  if (kind === REPAIR && record.length === 0) return { kind: 'discard', epoch, namespace, key };
  if (kind === WRITE || kind === REPAIR)
    return { kind: 'write', epoch, namespace, key, record, repair: kind === REPAIR };
  if (kind === HINT)
    return { kind: 'write', epoch, namespace, key, record, repair: false, background: true };
  if (kind !== READ_VALUE && kind !== READ_DIGEST) throw new BadFrame(`a request of kind ${kind}`);
  if (stamp === undefined) throw new BadFrame('a read without a stamp');
  const mode = kind === READ_VALUE ? 'value' : 'digest';
  return { kind: 'read', epoch, namespace, key, mode, stamp };
}
