import {
  ControlReply as ReplyMessage,
  ControlRequest as RequestMessage,
} from '../../../../generated/kv/peer/v1/peer.js';
import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import { errorFromMessage, errorToMessage } from '../../../../client/grpc/wire/error-message.js';
import { KvError } from '../../../core/errors.js';
import { LIMITS } from '../../../core/limits.js';
import type { ControlReply, ControlRequest } from '../../../core/messages.js';
import { unreachable } from '../../../../stdx/unreachable.js';
import { generated } from './peer-frame.js';
import type { PeerCodec } from './peer-frame.js';

/** The frames of the control stream, by the generated code: few and small. */
export const controlCodec: PeerCodec<ControlRequest, ControlReply | KvError> = {
  requestBytes: (request) => (request.kind.startsWith('gossip') ? LIMITS.gossipMessageBytes : 64),
  writeRequest: (writer, { id, remainingMs, request }) => {
    const message = { id, remainingMs, body: requestBody(request) };
    writer.bytesAlways(3, RequestMessage.encode(message).finish());
  },
  replyBytes: (reply) =>
    reply instanceof KvError || reply.kind === 'gossip-deltas' ? LIMITS.gossipMessageBytes : 64,
  writeReply: (writer, { id, reply }) => {
    writer.bytesAlways(4, ReplyMessage.encode({ id, body: replyBody(reply) }).finish());
  },
  readRequest: (reader) => {
    const message = generated(reader.rest(), (part) => RequestMessage.decode(part));
    const { id, remainingMs } = message;
    return { id, remainingMs, request: requestOf(message.body) };
  },
  readReply: (reader) => {
    const message = generated(reader.rest(), (part) => ReplyMessage.decode(part));
    return { id: message.id, reply: replyOf(message.body) };
  },
};

function requestBody(request: ControlRequest): RequestMessage['body'] {
  switch (request.kind) {
    case 'gossip-digests':
      return { $case: 'gossipDigests', value: request };
    case 'gossip-deltas':
      return { $case: 'gossipDeltas', value: request };
    case 'probe':
      return { $case: 'probe', value: {} };
    case 'probe-for':
      return { $case: 'probeFor', value: request };
    default:
      return unreachable(request);
  }
}

function requestOf(body: RequestMessage['body']): ControlRequest {
  switch (body?.$case) {
    case 'gossipDigests':
      return { kind: 'gossip-digests', ...body.value };
    case 'gossipDeltas':
      return { kind: 'gossip-deltas', ...body.value };
    case 'probe':
      return { kind: 'probe' };
    case 'probeFor':
      return { kind: 'probe-for', ...body.value };
    case undefined:
      throw new BadFrame('a control request of an unknown kind');
    default:
      return unreachable(body);
  }
}

function replyBody(reply: ControlReply | KvError): ReplyMessage['body'] {
  if (reply instanceof KvError) return { $case: 'error', value: errorToMessage(reply) };
  switch (reply.kind) {
    case 'gossip-deltas':
      return { $case: 'gossipDeltas', value: reply };
    case 'ok':
      return { $case: 'ok', value: {} };
    case 'alive':
      return { $case: 'alive', value: reply };
    case 'probed':
      return { $case: 'probed', value: reply };
    default:
      return unreachable(reply);
  }
}

function replyOf(body: ReplyMessage['body']): ControlReply | KvError {
  switch (body?.$case) {
    case 'gossipDeltas':
      return { kind: 'gossip-deltas', ...body.value };
    case 'ok':
      return { kind: 'ok' };
    case 'alive':
      return { kind: 'alive', ...body.value };
    case 'probed':
      return { kind: 'probed', ...body.value };
    case 'error':
      return errorFromMessage(body.value);
    case undefined:
      throw new BadFrame('a control reply of an unknown kind');
    default:
      return unreachable(body);
  }
}
