import { Trace } from '../../../generated/kv/v1/kv.js';
import { KvError } from '../../../node/core/errors.js';
import type { ClientResult } from '../../../node/core/operations.js';
import type { Version } from '../../../node/core/version/version.js';
import { BadFrame } from './bad-frame.js';
import { readChunk } from './chunk.js';
import type { Chunk } from './chunk.js';
import { decodeError, encodeError } from './error-message.js';
import { ProtoReader } from './proto-reader.js';
import type { ProtoWriter } from './proto-writer.js';
import { traceFromMessage } from './trace-message.js';

/** The answer to one operation of a session. */
export interface OpResult {
  readonly id: number;
  readonly result: ClientResult | KvError;
}

/** What one message of a server carries. */
export interface ServerFrame {
  readonly results: readonly OpResult[];
  readonly chunk: Chunk | undefined;
}

const READ = 1;
const WRITTEN = 2;
const FAILED = 3;

/** What the fixed fields take at most, with a few replica names. */
const FIXED_BYTES = 256;
/** A guess for what is rare and long: an error with its replicas, a trace. The writer grows when it is exceeded. */
const RARE_BYTES = 4096;

/** Roughly what `writeOpResult` appends. */
export function opResultBytes(result: ClientResult | KvError): number {
  if (result instanceof KvError) return RARE_BYTES;
  const rare = result.trace === undefined ? 0 : RARE_BYTES;
  return FIXED_BYTES + rare + (result.kind === 'read' ? (result.value?.length ?? 0) : 0);
}

/** Appends the answer to a ServerFrame. */
export function writeOpResult(writer: ProtoWriter, { id, result }: OpResult): void {
  const start = writer.begin(1);
  writer.uint(1, id);
  if (result instanceof KvError) {
    writer.uint(2, FAILED);
    writer.bytesAlways(12, encodeError(result));
  } else {
    writeResult(writer, result);
  }
  writer.end(start);
}

function writeResult(writer: ProtoWriter, result: ClientResult): void {
  if (result.kind === 'read') {
    writer.uint(2, READ);
    writer.bool(3, result.found);
    if (result.value !== undefined) writer.bytesAlways(4, result.value);
    if (result.version !== undefined) writer.version(5, result.version);
    if (result.expiresAtMs !== undefined) writer.uintAlways(6, result.expiresAtMs);
  } else {
    writer.uint(2, WRITTEN);
    writer.version(5, result.version);
    for (const name of result.acks) writer.stringAlways(9, name);
    for (const warning of result.warnings) writer.stringAlways(10, warning);
  }
  writer.string(7, result.coordinator);
  writer.double(8, result.tookMs);
  if (result.trace !== undefined) writer.bytesAlways(11, Trace.encode(result.trace).finish());
}

/** Reads one ServerFrame. @throws BadFrame when the bytes are not one. */
export function decodeServerFrame(bytes: Uint8Array): ServerFrame {
  const reader = new ProtoReader(bytes);
  const results: OpResult[] = [];
  let chunk: Chunk | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10 || tag === 18) {
      const outer = reader.enter();
      if (tag === 10) results.push(readResult(reader));
      else chunk = readChunk(reader);
      reader.leave(outer);
    } else {
      reader.skip(tag);
    }
  }
  return { results, chunk };
}

/** The fields of an OpResult before its kind says which of them count. */
interface ResultFields {
  id: number;
  kind: number;
  found: boolean;
  value: Uint8Array | undefined;
  version: Version | undefined;
  expiresAtMs: number | undefined;
  coordinator: string;
  tookMs: number;
  acks: string[];
  warnings: string[];
  trace: Uint8Array | undefined;
  error: Uint8Array | undefined;
}

function readResult(reader: ProtoReader): OpResult {
  const fields: ResultFields = {
    id: 0,
    kind: 0,
    found: false,
    value: undefined,
    version: undefined,
    expiresAtMs: undefined,
    coordinator: '',
    tookMs: 0,
    acks: [],
    warnings: [],
    trace: undefined,
    error: undefined,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) readResultField(reader, tag, fields);
  return { id: fields.id, result: resultOf(fields) };
}

function readResultField(reader: ProtoReader, tag: number, fields: ResultFields): void {
  switch (tag) {
    case 8:
      fields.id = reader.uint();
      return;
    case 16:
      fields.kind = reader.uint();
      return;
    case 24:
      fields.found = reader.bool();
      return;
    case 34:
      fields.value = reader.bytes();
      return;
    case 42:
      fields.version = reader.version();
      return;
    case 48:
      fields.expiresAtMs = reader.uint();
      return;
    case 58:
      fields.coordinator = reader.string();
      return;
    case 65:
      fields.tookMs = reader.double();
      return;
    case 74:
      fields.acks.push(reader.string());
      return;
    case 82:
      fields.warnings.push(reader.string());
      return;
    case 90:
      fields.trace = reader.bytes();
      return;
    case 98:
      fields.error = reader.bytes();
      return;
    default:
      reader.skip(tag);
  }
}

function resultOf(fields: ResultFields): ClientResult | KvError {
  const { version, coordinator, tookMs } = fields;
  const trace = fields.trace === undefined ? undefined : parsed(fields.trace, decodeTrace);
  switch (fields.kind) {
    case READ: {
      const { found, value, expiresAtMs } = fields;
      return { kind: 'read', found, value, version, expiresAtMs, coordinator, tookMs, trace };
    }
    case WRITTEN: {
      const { acks, warnings } = fields;
      if (version === undefined) throw new BadFrame('a written result without a version');
      return { kind: 'written', version, acks, coordinator, tookMs, warnings, trace };
    }
    case FAILED:
      if (fields.error === undefined) throw new BadFrame('a failed result without an error');
      return parsed(fields.error, decodeError);
    default:
      throw new BadFrame(`a result of kind ${fields.kind}`);
  }
}

const decodeTrace = (bytes: Uint8Array) => traceFromMessage(Trace.decode(bytes));

/** Reads a rare nested message with the generated code, whose errors are of another kind. */
function parsed<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof BadFrame) throw error;
    throw new BadFrame('a nested message that does not parse', { cause: error });
  }
}
