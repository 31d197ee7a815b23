import { describe, expect, it } from 'vitest';
import { BadFrame } from '../../../../../src/client/grpc/wire/bad-frame.js';
import { ProtoWriter } from '../../../../../src/client/grpc/wire/proto-writer.js';
import {
  MetaRequest as RequestMessage,
  MetaResponse as ResponseMessage,
} from '../../../../../src/generated/kv/peer/v1/peer.js';
import { KvError } from '../../../../../src/node/core/errors.js';
import type {
  ControlReply,
  ControlRequest,
  MetaReply,
  MetaRequest,
} from '../../../../../src/node/core/messages.js';
import type {
  ClusterMetadata,
  MetadataEntry,
  NodeDescriptor,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../../../../../src/node/core/settings.js';
import { controlCodec } from '../../../../../src/node/io/grpc/wire/control-codec.js';
import {
  metaReplyBody,
  metaReplyOf,
  metaRequestBody,
  metaRequestOf,
} from '../../../../../src/node/io/grpc/wire/meta-message.js';
import { decodePeerFrame } from '../../../../../src/node/io/grpc/wire/peer-frame.js';
import { STATUS } from '../../../../integration/example-views.js';

const ID = '00000000000000a1';
const DIGESTS = [{ nodeId: ID, boot: 3, version: 5_000_000_000 }];
const DELTAS = [
  {
    nodeId: ID,
    boot: 3,
    nonce: '00000000000000ff',
    heartbeat: 99,
    facts: [{ name: 'load', value: '', version: 7 }],
  },
];

const NODE: NodeDescriptor = {
  nodeId: ID,
  name: 'n1',
  host: 'h1',
  rack: 'r1',
  dc: 'dc1',
  addresses: { host: '127.0.0.1', clientPort: 7401, peerPort: 8401, httpPort: 9401 },
  release: '0.1.0',
};
const ENTRY: MetadataEntry = {
  epoch: 4,
  id: '00000000000000e4',
  change: { kind: 'join', member: NODE, tokens: [4096, 8192] },
};
const SNAPSHOT: ClusterMetadata = {
  epoch: 4,
  clusterId: '00000000000000c1',
  clusterName: 'dev',
  minFormat: 1,
  members: [{ ...NODE, state: 'normal', tokens: [4096, 8192], joinedEpoch: 4 }],
  voters: [ID],
  opened: true,
  settings: DEFAULT_SETTINGS,
  namespaces: [],
  placementEpoch: 4,
};
const BALLOT = { round: 3, nodeId: ID };

describe('the frames of the control stream', () => {
  const requests: ControlRequest[] = [
    { kind: 'gossip-digests', digests: DIGESTS, complete: true, wallMs: 1_767_225_600_123 },
    { kind: 'gossip-digests', digests: [], complete: false, wallMs: 0 },
    { kind: 'gossip-deltas', deltas: DELTAS },
    { kind: 'probe' },
    { kind: 'probe-for', nodeId: ID, timeoutMs: 500 },
  ];
  const replies: ControlReply[] = [
    { kind: 'gossip-deltas', deltas: DELTAS, wanted: DIGESTS, wallMs: 1_767_225_600_123 },
    { kind: 'ok' },
    { kind: 'alive', wallMs: 17 },
    { kind: 'probed', alive: true },
    { kind: 'probed', alive: false },
  ];

  it('give back every request and reply, several in one frame', () => {
    const writer = new ProtoWriter(64);
    for (const [index, request] of requests.entries())
      controlCodec.writeRequest(writer, { id: index + 1, remainingMs: 500, request });
    for (const [index, reply] of replies.entries())
      controlCodec.writeReply(writer, { id: index + 1, reply });
    const frame = decodePeerFrame(writer.finish(), controlCodec);
    expect(frame.requests.map(({ request }) => request)).toEqual(requests);
    expect(frame.requests.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(frame.replies.map(({ reply }) => reply)).toEqual(replies);
  });

  it('give back an error', () => {
    const writer = new ProtoWriter(64);
    controlCodec.writeReply(writer, { id: 1, reply: new KvError('KV_NOT_READY', 'draining') });
    const [first] = decodePeerFrame(writer.finish(), controlCodec).replies;
    expect(first?.reply).toMatchObject({ code: 'KV_NOT_READY', message: 'draining' });
  });

  it('without a known kind are no frames', () => {
    const writer = new ProtoWriter(64);
    const start = writer.begin(3);
    writer.uint(1, 7);
    writer.end(start);
    expect(() => decodePeerFrame(writer.finish(), controlCodec)).toThrow(BadFrame);
  });
});

describe('the messages of the metadata log', () => {
  const requests: MetaRequest[] = [
    { kind: 'prepare', epoch: 5, ballot: BALLOT },
    { kind: 'accept', epoch: 5, ballot: BALLOT, entry: ENTRY },
    { kind: 'learn', entry: ENTRY },
    { kind: 'pull', after: 0 },
    { kind: 'join', member: NODE, vnodes: 128 },
    { kind: 'report' },
  ];
  const report = STATUS.nodes[0]?.report;
  const replies: MetaReply[] = [
    { kind: 'promised', accepted: undefined },
    { kind: 'promised', accepted: { ballot: BALLOT, entry: ENTRY } },
    { kind: 'accepted' },
    { kind: 'rejected', ballot: BALLOT },
    { kind: 'behind', epoch: 3 },
    { kind: 'decided', entry: ENTRY },
    { kind: 'log', snapshot: undefined, entries: [ENTRY] },
    { kind: 'log', snapshot: SNAPSHOT, entries: [] },
    { kind: 'joined', clusterId: '00000000000000c1', epoch: 4 },
    { kind: 'ok' },
    ...(report === undefined ? [] : [{ kind: 'report' as const, report }]),
  ];

  it.each(requests)('give back the request $kind', (request) => {
    const message = { hello: undefined, remainingMs: 500, body: metaRequestBody(request) };
    const travelled = RequestMessage.decode(RequestMessage.encode(message).finish());
    expect(metaRequestOf(travelled.body)).toEqual(request);
  });

  it.each(replies)('give back the reply $kind', (reply) => {
    const message = { hello: undefined, body: metaReplyBody(reply) };
    const { body } = ResponseMessage.decode(ResponseMessage.encode(message).finish());
    if (body?.$case === 'refused') throw new Error('a reply became a refusal');
    expect(metaReplyOf(body)).toEqual(reply);
  });

  it('with an entry of a newer format are refused with its code', () => {
    const entry = new TextEncoder().encode('{"format":99,"entry":{}}');
    expect(() => metaRequestOf({ $case: 'learn', value: { entry } })).toThrow(
      expect.objectContaining({ code: 'KV_FORMAT_UNKNOWN' }),
    );
    expect(() => metaRequestOf(undefined)).toThrow(BadFrame);
  });
});
