import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadFrame } from '../../src/client/grpc/wire/bad-frame.js';
import {
  clientOpBytes,
  decodeClientFrame,
  writeClientOp,
} from '../../src/client/grpc/wire/client-frame.js';
import type { ClientOp } from '../../src/client/grpc/wire/client-frame.js';
import { ProtoWriter } from '../../src/client/grpc/wire/proto-writer.js';
import { decodeServerFrame, writeOpResult } from '../../src/client/grpc/wire/server-frame.js';
import type { OpResult } from '../../src/client/grpc/wire/server-frame.js';
import { DataFrame as DataMessage } from '../../src/generated/kv/peer/v1/peer.js';
import {
  ClientFrame as ClientMessage,
  ServerFrame as ServerMessage,
} from '../../src/generated/kv/v1/kv.js';
import { KvError } from '../../src/node/core/errors.js';
import type { DataReply, DataRequest } from '../../src/node/core/messages.js';
import { dataCodec } from '../../src/node/io/grpc/wire/data-codec.js';
import { decodePeerFrame } from '../../src/node/io/grpc/wire/peer-frame.js';
import type { NumberedReply, NumberedRequest } from '../../src/node/io/grpc/wire/peer-frame.js';
import {
  clientRequests,
  clientResults,
  dataReplies,
  dataRequests,
  numbers,
} from './arbitrary-messages.js';

const clientOps: fc.Arbitrary<ClientOp[]> = fc.array(
  fc.record({ ...numbers, request: clientRequests }),
  { maxLength: 5 },
);
const opResults: fc.Arbitrary<OpResult[]> = fc.array(
  fc.record({ id: numbers.id, result: clientResults }),
  { maxLength: 5 },
);
const dataFrames = fc.record({
  requests: fc.array(fc.record({ ...numbers, request: dataRequests }), { maxLength: 5 }),
  replies: fc.array(fc.record({ id: numbers.id, reply: dataReplies }), { maxLength: 5 }),
});

function clientBytes(ops: readonly ClientOp[]): Buffer {
  const writer = new ProtoWriter(0);
  for (const op of ops) writeClientOp(writer, op);
  return writer.finish();
}

function serverBytes(results: readonly OpResult[]): Buffer {
  const writer = new ProtoWriter(0);
  for (const result of results) writeOpResult(writer, result);
  return writer.finish();
}

function dataBytes(frame: {
  requests: readonly NumberedRequest<DataRequest>[];
  replies: readonly NumberedReply<DataReply>[];
}): Buffer {
  const writer = new ProtoWriter(0);
  for (const request of frame.requests) dataCodec.writeRequest(writer, request);
  for (const reply of frame.replies) dataCodec.writeReply(writer, reply);
  return writer.finish();
}

/** Errors are compared by what they carry, not by their stacks. */
function plain(results: readonly OpResult[]): unknown {
  return results.map(({ id, result }) => {
    if (!(result instanceof KvError)) return { id, result };
    const { code, message, outcome, replicas, hints, supersededBy } = result;
    return { id, code, message, outcome, replicas, hints, supersededBy };
  });
}

describe('the frames of a session', () => {
  it('give back the operations that were written', () => {
    fc.assert(
      fc.property(clientOps, (ops) => {
        expect(decodeClientFrame(clientBytes(ops)).ops).toEqual(ops);
      }),
    );
  });

  it('give back the results that were written', () => {
    fc.assert(
      fc.property(opResults, (results) => {
        expect(plain(decodeServerFrame(serverBytes(results)).results)).toEqual(plain(results));
      }),
    );
  });

  it('are read alike by the generated code, and its frames by this one', () => {
    fc.assert(
      fc.property(clientOps, opResults, (ops, results) => {
        const rewrittenOps = ClientMessage.encode(ClientMessage.decode(clientBytes(ops))).finish();
        expect(decodeClientFrame(rewrittenOps).ops).toEqual(ops);
        const rewritten = ServerMessage.encode(ServerMessage.decode(serverBytes(results)));
        expect(plain(decodeServerFrame(rewritten.finish()).results)).toEqual(plain(results));
      }),
    );
  });

  it('take no more bytes than foretold', () => {
    fc.assert(
      fc.property(fc.record({ ...numbers, request: clientRequests }), (op) => {
        expect(clientBytes([op]).length).toBeLessThanOrEqual(clientOpBytes(op.request));
      }),
    );
  });
});

describe('the frames of a data stream', () => {
  it('give back what was written', () => {
    fc.assert(
      fc.property(dataFrames, (frame) => {
        expect(decodePeerFrame(dataBytes(frame), dataCodec)).toMatchObject(frame);
      }),
    );
  });

  it('are read alike by the generated code, and its frames by this one', () => {
    fc.assert(
      fc.property(dataFrames, (frame) => {
        const rewritten = DataMessage.encode(DataMessage.decode(dataBytes(frame))).finish();
        expect(decodePeerFrame(rewritten, dataCodec)).toMatchObject(frame);
      }),
    );
  });

  it('take no more bytes than foretold', () => {
    fc.assert(
      fc.property(dataFrames, ({ requests, replies }) => {
        const foretold =
          requests.reduce((sum, { request }) => sum + dataCodec.requestBytes(request), 0) +
          replies.reduce((sum, { reply }) => sum + dataCodec.replyBytes(reply), 0);
        expect(dataBytes({ requests, replies }).length).toBeLessThanOrEqual(foretold);
      }),
    );
  });
});

describe('bytes that are not a frame', () => {
  const readers = {
    'of a client': decodeClientFrame,
    'of a server': decodeServerFrame,
    'of a peer': (bytes: Uint8Array) => decodePeerFrame(bytes, dataCodec),
  };
  /** What a frame of this reader looks like before it is damaged. */
  const frames = fc.oneof(
    clientOps.map(clientBytes),
    opResults.map(serverBytes),
    dataFrames.map(dataBytes),
  );

  it.each(Object.entries(readers))('%s are told as a BadFrame, and as nothing else', (_, read) => {
    const damage = (bytes: Uint8Array): boolean => {
      try {
        read(bytes);
        return true;
      } catch (error) {
        return error instanceof BadFrame;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), damage), { numRuns: 2_000 });
    fc.assert(
      fc.property(frames, fc.nat(), fc.nat(255), (frame, at, mask) => {
        const damaged = Uint8Array.from(frame);
        if (damaged.length > 0) damaged[at % damaged.length]! ^= mask;
        return damage(damaged) && damage(damaged.subarray(0, at % (damaged.length + 1)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('cut short inside an operation are always noticed', () => {
    fc.assert(
      fc.property(fc.record({ ...numbers, request: clientRequests }), fc.nat(), (op, at) => {
        const frame = clientBytes([op]);
        const cut = 1 + (at % (frame.length - 1));
        expect(() => decodeClientFrame(frame.subarray(0, cut))).toThrow(BadFrame);
      }),
    );
  });
});
