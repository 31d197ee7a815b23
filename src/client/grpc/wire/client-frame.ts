import type { ClientRequest } from '../../../node/core/operations.js';
import type { Version } from '../../../node/core/version/version.js';
import { unreachable } from '../../../stdx/unreachable.js';
import { BadFrame } from './bad-frame.js';
import { readChunk } from './chunk.js';
import type { Chunk } from './chunk.js';
import { ProtoReader } from './proto-reader.js';
import type { ProtoWriter } from './proto-writer.js';

/** One operation as it travels in a session. */
export interface ClientOp {
  readonly id: number;
  readonly remainingMs: number;
  readonly request: ClientRequest;
}

/** What one message of a client carries. */
export interface ClientFrame {
  readonly ops: readonly ClientOp[];
  readonly chunk: Chunk | undefined;
}

/** Field of ClientFrame and of ServerFrame that holds a Chunk. */
export const SESSION_CHUNK_FIELD = 2;

const KINDS = ['unspecified', 'get', 'exists', 'put', 'delete'] as const;
const EMPTY = new Uint8Array(0);
/** What the fixed fields of an Op take at most. */
const FIXED_BYTES = 128;

/** An upper bound of what `writeClientOp` appends. */
export function clientOpBytes(request: ClientRequest): number {
  const value = request.kind === 'put' ? request.value.length : 0;
  const words = 3 * (request.namespace.length + request.level.length);
  return FIXED_BYTES + words + request.key.length + value;
}

/** Appends the operation to a ClientFrame. */
export function writeClientOp(writer: ProtoWriter, op: ClientOp): void {
  const { request } = op;
  const start = writer.begin(1);
  writer.uint(1, op.id);
  writer.uint(2, KINDS.indexOf(request.kind));
  writer.uint(3, op.remainingMs);
  writer.string(4, request.namespace);
  writer.bytes(5, request.key);
  writer.string(6, request.level);
  writer.bool(7, request.trace);
  if (request.kind === 'put') {
    writer.bytes(8, request.value);
    if (request.ttlMs !== undefined) writer.uintAlways(9, request.ttlMs);
  }
  if (request.kind === 'put' || request.kind === 'delete') {
    if (request.version !== undefined) writer.version(10, request.version);
  }
  writer.end(start);
}

/** Reads one ClientFrame. @throws BadFrame when the bytes are not one. */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  const reader = new ProtoReader(bytes);
  const ops: ClientOp[] = [];
  let chunk: Chunk | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10 || tag === 18) {
      const outer = reader.enter();
      if (tag === 10) ops.push(readOp(reader));
      else chunk = readChunk(reader);
      reader.leave(outer);
    } else {
      reader.skip(tag);
    }
  }
  return { ops, chunk };
}

/** The fields of an Op before its kind says which of them count. */
interface OpFields {
  id: number;
  kind: number;
  remainingMs: number;
  namespace: string;
  key: Uint8Array;
  level: string;
  trace: boolean;
  value: Uint8Array;
  ttlMs: number | undefined;
  version: Version | undefined;
}

function readOp(reader: ProtoReader): ClientOp {
  const fields: OpFields = {
    id: 0,
    kind: 0,
    remainingMs: 0,
    namespace: '',
    key: EMPTY,
    level: '',
    trace: false,
    value: EMPTY,
    ttlMs: undefined,
    version: undefined,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) readOpField(reader, tag, fields);
  return { id: fields.id, remainingMs: fields.remainingMs, request: requestOf(fields) };
}

function readOpField(reader: ProtoReader, tag: number, fields: OpFields): void {
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
    case 34:
      fields.namespace = reader.string();
      return;
    case 42:
      fields.key = reader.bytes();
      return;
    case 50:
      fields.level = reader.string();
      return;
    case 56:
      fields.trace = reader.bool();
      return;
    case 66:
      fields.value = reader.bytes();
      return;
    case 72:
      fields.ttlMs = reader.uint();
      return;
    case 82:
      fields.version = reader.version();
      return;
    default:
      reader.skip(tag);
  }
}

function requestOf(fields: OpFields): ClientRequest {
  const { namespace, key, level, trace, version } = fields;
  const kind = KINDS[fields.kind];
  switch (kind) {
    case 'get':
    case 'exists':
      return { kind, namespace, key, level, trace };
    case 'put': {
      const { value, ttlMs } = fields;
      return { kind, namespace, key, value, ttlMs, level, trace, version };
    }
    case 'delete':
      return { kind, namespace, key, level, trace, version };
    case 'unspecified':
    case undefined:
      throw new BadFrame(`operation of kind ${fields.kind}`);
    default:
      return unreachable(kind);
  }
}
