import type {
  Ballot as BallotMessage,
  MetaRequest as RequestMessage,
  MetaResponse as ResponseMessage,
  Promised,
} from '../../../../generated/kv/peer/v1/peer.js';
import { BadFrame } from '../../../../client/grpc/wire/bad-frame.js';
import { reportFromMessage } from '../../../../client/grpc/wire/report-message.js';
import { required } from '../../../../client/grpc/wire/required.js';
import type { MetaReply, MetaRequest } from '../../../core/messages.js';
import {
  decodeDescriptor,
  decodeEntry,
  decodeSnapshot,
  encodeDescriptor,
  encodeEntry,
  encodeSnapshot,
} from '../../../core/metadata/metadata-codec.js';
import type { LogHistory } from '../../../core/metadata/recoveries.js';
import { unreachable } from '../../../../stdx/unreachable.js';

/** The body of a MetaRequest. */
export function metaRequestBody(request: MetaRequest): NonNullable<RequestMessage['body']> {
  switch (request.kind) {
    case 'prepare':
      return { $case: 'prepare', value: request };
    case 'accept': {
      const { kind: _, entry, ...rest } = request;
      return { $case: 'accept', value: { ...rest, entry: encodeEntry(entry) } };
    }
    case 'learn':
      return {
        $case: 'learn',
        value: { entry: encodeEntry(request.entry), history: request.history },
      };
    case 'pull':
      return { $case: 'pull', value: request };
    case 'join': {
      const { member, vnodes } = request;
      return { $case: 'join', value: { member: encodeDescriptor(member), vnodes } };
    }
    case 'report':
      return { $case: 'report', value: {} };
    default:
      return unreachable(request);
  }
}

/** What a request says of the log of its sender, as far as it does. */
function aboutLog({ recovery, history }: AboutLog): AboutLog {
  return {
    ...(recovery === undefined ? {} : { recovery }),
    ...(history === undefined ? {} : { history }),
  };
}

interface AboutLog {
  readonly recovery?: boolean | undefined;
  readonly history?: LogHistory | undefined;
}

/** The request that a body carries. @throws BadFrame, or KvError KV_FORMAT_UNKNOWN for an entry of a newer format */
export function metaRequestOf(body: RequestMessage['body']): MetaRequest {
  switch (body?.$case) {
    case 'prepare':
      return {
        kind: 'prepare',
        epoch: body.value.epoch,
        ballot: required(body.value.ballot),
        ...aboutLog(body.value),
      };
    case 'accept': {
      const { epoch, ballot, entry } = body.value;
      return {
        kind: 'accept',
        epoch,
        ballot: required(ballot),
        entry: decodeEntry(entry),
        ...aboutLog(body.value),
      };
    }
    case 'learn':
      return { kind: 'learn', entry: decodeEntry(body.value.entry), ...aboutLog(body.value) };
    case 'pull':
      return { kind: 'pull', after: body.value.after, ...aboutLog(body.value) };
    case 'join': {
      const { member, vnodes } = body.value;
      return { kind: 'join', member: decodeDescriptor(member), vnodes };
    }
    case 'report':
      return { kind: 'report' };
    case undefined:
      throw new BadFrame('a metadata request of an unknown kind');
    default:
      return unreachable(body);
  }
}

/** The body of a MetaResponse. */
export function metaReplyBody(reply: MetaReply): NonNullable<ResponseMessage['body']> {
  switch (reply.kind) {
    case 'promised':
      return { $case: 'promised', value: promisedMessage(reply) };
    case 'accepted':
      return { $case: 'accepted', value: {} };
    case 'rejected':
      return { $case: 'rejected', value: reply };
    case 'behind':
      return { $case: 'behind', value: reply };
    case 'decided':
      return { $case: 'decided', value: { entry: encodeEntry(reply.entry) } };
    case 'log': {
      const snapshot = reply.snapshot === undefined ? undefined : encodeSnapshot(reply.snapshot);
      return { $case: 'log', value: { snapshot, entries: reply.entries.map(encodeEntry) } };
    }
    case 'joined':
      return { $case: 'joined', value: reply };
    case 'report':
      return { $case: 'report', value: reply };
    case 'ok':
      return { $case: 'ok', value: {} };
    default:
      return unreachable(reply);
  }
}

/** What a MetaResponse answers when it does not refuse. */
export type MetaReplyBody = Exclude<ResponseMessage['body'], { readonly $case: 'refused' }>;

/** The reply that a body carries. @throws as `metaRequestOf` */
export function metaReplyOf(body: MetaReplyBody): MetaReply {
  switch (body?.$case) {
    case 'promised':
      return { kind: 'promised', accepted: acceptedOf(body.value) };
    case 'accepted':
      return { kind: 'accepted' };
    case 'rejected':
      return { kind: 'rejected', ballot: required(body.value.ballot) };
    case 'behind':
      return { kind: 'behind', epoch: body.value.epoch };
    case 'decided':
      return { kind: 'decided', entry: decodeEntry(body.value.entry) };
    case 'log': {
      const { snapshot, entries } = body.value;
      return {
        kind: 'log',
        snapshot: snapshot === undefined ? undefined : decodeSnapshot(snapshot),
        entries: entries.map(decodeEntry),
      };
    }
    case 'joined':
      return { kind: 'joined', ...body.value };
    case 'report':
      return { kind: 'report', report: reportFromMessage(required(body.value.report)) };
    case 'ok':
      return { kind: 'ok' };
    case undefined:
      throw new BadFrame('a metadata reply of an unknown kind');
    default:
      return unreachable(body);
  }
}

function promisedMessage(reply: Extract<MetaReply, { readonly kind: 'promised' }>): Promised {
  if (reply.accepted === undefined) return {};
  const { ballot, entry } = reply.accepted;
  return { acceptedBallot: ballot, acceptedEntry: encodeEntry(entry) };
}

function acceptedOf(
  message: Promised,
): { ballot: BallotMessage; entry: ReturnType<typeof decodeEntry> } | undefined {
  const { acceptedBallot, acceptedEntry } = message;
  if (acceptedBallot === undefined && acceptedEntry === undefined) return undefined;
  return { ballot: required(acceptedBallot), entry: decodeEntry(required(acceptedEntry)) };
}
