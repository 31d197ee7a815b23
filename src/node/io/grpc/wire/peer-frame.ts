import { Hello as HelloMessage } from '../../../../generated/kv/peer/v1/peer.js';
import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import { readChunk } from '../../../../client/grpc/wire/chunk.js';
import type { Chunk } from '../../../../client/grpc/wire/chunk.js';
import { decodeError, encodeError } from '../../../../client/grpc/wire/error-message.js';
import { ProtoReader } from '../../../../client/grpc/wire/proto-reader.js';
import { ProtoWriter } from '../../../../client/grpc/wire/proto-writer.js';
import type { KvError } from '../../../core/errors.js';
import type { Hello } from '../../../core/messages.js';

/** A request as it travels; the id is the asker's. */
export interface NumberedRequest<Q> {
  readonly id: number;
  readonly remainingMs: number;
  readonly request: Q;
}

/** The answer to the request with the same id. */
export interface NumberedReply<R> {
  readonly id: number;
  readonly reply: R;
}

/** What one message of a stream between peers carries; DataFrame and ControlFrame have the same shape. */
export interface PeerFrame<Q, R> {
  readonly hello: Hello | undefined;
  readonly refused: KvError | undefined;
  readonly requests: readonly NumberedRequest<Q>[];
  readonly replies: readonly NumberedReply<R>[];
  readonly chunk: Chunk | undefined;
}

/** How the requests and replies of one kind of stream are written and read. */
export interface PeerCodec<Q, R> {
  /** What `writeRequest` appends, roughly, never less than the payload. */
  requestBytes(request: Q): number;
  /** Appends field 3 of a frame. */
  writeRequest(writer: ProtoWriter, request: NumberedRequest<Q>): void;
  /** What `writeReply` appends, roughly, never less than the payload. */
  replyBytes(reply: R): number;
  /** Appends field 4 of a frame. */
  writeReply(writer: ProtoWriter, reply: NumberedReply<R>): void;
  /** Reads the nested message that the reader has entered. @throws BadFrame */
  readRequest(reader: ProtoReader): NumberedRequest<Q>;
  readReply(reader: ProtoReader): NumberedReply<R>;
}

/** Field of the frames that holds a Chunk. */
export const PEER_CHUNK_FIELD = 5;

/** The first frame of each side. */
export function encodeHello(hello: Hello): Buffer {
  const writer = new ProtoWriter(256);
  writer.bytesAlways(1, HelloMessage.encode(hello).finish());
  return writer.finish();
}

/** The frame that refuses the hello of the other side. */
export function encodeRefusal(error: KvError): Buffer {
  const writer = new ProtoWriter(256);
  writer.bytesAlways(2, encodeError(error));
  return writer.finish();
}

/** Reads one frame. @throws BadFrame when the bytes are not one. */
export function decodePeerFrame<Q, R>(bytes: Uint8Array, codec: PeerCodec<Q, R>): PeerFrame<Q, R> {
  const reader = new ProtoReader(bytes);
  const requests: NumberedRequest<Q>[] = [];
  const replies: NumberedReply<R>[] = [];
  let hello: Hello | undefined;
  let refused: KvError | undefined;
  let chunk: Chunk | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 26 || tag === 34 || tag === 42) {
      const outer = reader.enter();
      if (tag === 26) requests.push(codec.readRequest(reader));
      else if (tag === 34) replies.push(codec.readReply(reader));
      else chunk = readChunk(reader);
      reader.leave(outer);
    } else if (tag === 10) {
      hello = generated(reader.bytes(), (part) => HelloMessage.decode(part));
    } else if (tag === 18) {
      refused = generated(reader.bytes(), decodeError);
    } else {
      reader.skip(tag);
    }
  }
  return { hello, refused, requests, replies, chunk };
}

/** Reads a rare message with the generated code, whose errors are of another kind. @throws BadFrame */
export function generated<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof BadFrame) throw error;
    throw new BadFrame('a nested message that does not parse', { cause: error });
  }
}
