import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PeerService } from '../../src/generated/kv/peer/v1/peer.js';
import { KvService } from '../../src/generated/kv/v1/kv.js';
import { ProtoWriter } from '../../src/client/grpc/wire/proto-writer.js';
import { writeClientOp } from '../../src/client/grpc/wire/client-frame.js';
import { LIMITS } from '../../src/node/core/limits.js';
import type { DataReply } from '../../src/node/core/messages.js';
import { encodeHello } from '../../src/node/io/grpc/wire/peer-frame.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { RawStream, sendRaw } from './raw-peer.js';
import { openClientPort, openPeer, READ } from './grpc-fixtures.js';
import type { ClientPort, OpenPeer } from './grpc-fixtures.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A frame that says more than it holds. */
function truncatedOp(): Uint8Array {
  const writer = new ProtoWriter(64);
  const request = { kind: 'get', namespace: 'default', level: 'quorum', trace: false } as const;
  writeClientOp(writer, { id: 1, remainingMs: 9, request: { ...request, key: Uint8Array.of(1) } });
  return writer.finish().subarray(0, -3);
}

describe('a node to which somebody sends what is no frame', () => {
  let peer: OpenPeer;
  let client: ClientPort;
  const raw: RawStream[] = [];

  beforeEach(async () => {
    peer = await openPeer('b');
    client = await openClientPort();
  });

  afterEach(async () => {
    for (const stream of raw.splice(0)) stream.close();
    await peer.transport.close();
    client.close();
  });

  const open = (port: number, path: string): RawStream => {
    const stream = new RawStream(port, path);
    raw.push(stream);
    return stream;
  };
  const badFrames = (of: OpenPeer | ClientPort): number =>
    of.metrics.value('kv_transport_bad_frames_total', { listener: of.listener });
  const counted = async (of: OpenPeer | ClientPort, times: number): Promise<void> => {
    while (badFrames(of) < times) await nextTurn();
    expect(badFrames(of)).toBe(times);
  };

  /** The node lives: another peer, and another client, are served. */
  async function lives(): Promise<void> {
    const other = await openPeer('a');
    const link = other.transport.link(peer.address);
    const reply = await new Promise<DataReply>((resolve) => {
      link.data(READ, 5_000, resolve);
    });
    expect(reply.kind).toBe('value');
    await other.transport.close();
    expect(await client.get('k')).toMatchObject({ kind: 'read', found: true });
  }

  it.each([
    ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['noise', Buffer.alloc(500, 0xfe)],
    ['noise after the preface', Buffer.concat([Buffer.from(PREFACE), Buffer.alloc(200, 0xff)])],
  ])('ends the connection at %s, counts it, and lives', async (_, bytes) => {
    await sendRaw(peer.address.port, bytes);
    await counted(peer, 1);
    await sendRaw(client.port, bytes);
    await counted(client, 1);
    await lives();
  });

  it.each([
    ['noise', Buffer.alloc(64, 0xff)],
    ['a truncated frame', truncatedOp()],
    ['a frame over the size of frames', Buffer.alloc(1024 * 1024)],
  ])('ends a session at %s, counts it, and lives', async (_, bytes) => {
    const stream = open(client.port, KvService.session.path);
    stream.send(bytes);
    expect((await stream.ended).code).not.toBe(0);
    await counted(client, 1);
    await lives();
  });

  it.each([PeerService.data.path, PeerService.control.path])(
    'ends %s without a hello, with a broken one, and with noise after it',
    async (path) => {
      const frames = [[Buffer.alloc(0)], [Buffer.alloc(8, 0xff)], [hello(), Buffer.alloc(8, 0xff)]];
      for (const [index, sent] of frames.entries()) {
        const stream = open(peer.address.port, path);
        for (const bytes of sent) stream.send(bytes);
        expect((await stream.ended).code).not.toBe(0);
        await counted(peer, index + 1);
      }
      expect(peer.node.seen).toBe(0);
      await lives();
    },
  );

  it('ends and counts a message over the limit of gRPC', async () => {
    const data = open(peer.address.port, PeerService.data.path);
    data.send(hello());
    data.send(Buffer.alloc(LIMITS.grpcReceiveBytes + 1));
    expect((await data.ended).code).not.toBe(0);
    await counted(peer, 1);
    const session = open(client.port, KvService.session.path);
    session.send(Buffer.alloc(LIMITS.grpcReceiveBytes + 1));
    expect((await session.ended).code).not.toBe(0);
    await counted(client, 1);
    await lives();
  });

  it('counts no client that only goes away', async () => {
    const stream = open(client.port, KvService.session.path);
    await new Promise((resolve) => stream.call.on('metadata', resolve));
    stream.close();
    await stream.ended;
    const halfClosed = open(client.port, KvService.session.path);
    halfClosed.call.end();
    expect((await halfClosed.ended).code).toBe(0);
    while (client.server.streams() > 0) await nextTurn();
    expect(badFrames(client)).toBe(0);
  });

  it('breaks off with a peer that answers garbage, and counts it', async () => {
    const asker = await openPeer('a');
    const impostor = await openClientPort({ peerNoise: Buffer.alloc(8, 0xff) });
    const link = asker.transport.link({ host: '127.0.0.1', port: impostor.port });
    const reply = await new Promise<DataReply>((resolve) => {
      link.data(READ, 5_000, resolve);
    });
    expect(reply).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
    expect(link.state()).toBe('broken');
    expect(badFrames(asker)).toBe(1);
    await asker.transport.close();
    impostor.close();
  });
});

function hello(): Buffer {
  return encodeHello({
    clusterId: 'c1',
    nodeId: '00000000000000ff',
    name: 'x',
    boot: 1,
    nonce: '0000000000000001',
    sequence: 0,
    wireMin: 1,
    wireMax: 1,
    format: 1,
  });
}
