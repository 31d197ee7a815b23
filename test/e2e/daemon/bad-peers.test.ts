import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeHello } from '../../../src/node/io/grpc/wire/peer-frame.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import { KvService } from '../../../src/generated/kv/v1/kv.js';
import { PeerService } from '../../../src/generated/kv/peer/v1/peer.js';
import { RawStream, sendRaw } from '../../integration/raw-peer.js';
import { endpointOf, startNode, type RealNode } from '../real-node.js';
import { Stage } from '../stage.js';

let stage: Stage;
let node: RealNode;

beforeAll(async () => {
  stage = new Stage();
  node = await startNode(stage, 'n1', ['--init']);
});

afterAll(async () => {
  await stage.clear();
});

/** Connections that the node has ended because of what came over them. */
async function badFrames(listener: 'peer' | 'client'): Promise<number> {
  const body = await (await fetch(`http://${node.ready.http}/metrics`)).text();
  const line = new RegExp(`^kv_transport_bad_frames_total\\{listener="${listener}"\\} (\\d+)`, 'm');
  return Number(line.exec(body)?.[1]);
}

/** Sends frames on a stream until the node ends it; gives the gRPC status, and what came back. */
async function endedAfter(
  address: string,
  path: string,
  frames: readonly Uint8Array[],
): Promise<{ readonly code: number; readonly received: string }> {
  const stream = new RawStream(endpointOf(address).port, path);
  for (const frame of frames) stream.send(frame);
  const { code } = await stream.ended;
  stream.close();
  return { code, received: Buffer.concat(stream.received).toString('latin1') };
}

/** What a peer of the first version says of itself. */
const HELLO = {
  nodeId: '00000000000000ff',
  name: 'x',
  boot: 1,
  nonce: '0000000000000001',
  sequence: 0,
  wireMin: 1,
  wireMax: 1,
  format: 1,
} as const;

const GARBAGE = Buffer.alloc(64, 0xff);
const OVERSIZED = Buffer.alloc(LIMITS.grpcReceiveBytes + 1);

describe('a node process to which somebody sends what is no frame', () => {
  const hello = (): Buffer => encodeHello({ ...HELLO, clusterId: node.ready.clusterId });

  it.each(['peer', 'client'] as const)(
    'ends a %s connection of another protocol, and counts it',
    async (listener) => {
      const before = await badFrames(listener);
      const { port } = endpointOf(listener === 'peer' ? node.ready.peer : node.ready.listen);
      await sendRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await sendRaw(port, GARBAGE);
      expect(await badFrames(listener)).toBe(before + 2);
    },
  );

  it('ends the stream of a peer that sends garbage, a truncated frame or one too large, and counts each', async () => {
    const { path } = PeerService.data;
    const before = await badFrames('peer');
    for (const frames of [
      [GARBAGE],
      [hello().subarray(0, -3)],
      [hello(), GARBAGE],
      [hello(), OVERSIZED],
    ])
      expect((await endedAfter(node.ready.peer, path, frames)).code).not.toBe(0);
    expect(await badFrames('peer')).toBe(before + 4);
  });

  it('ends the session of a client that does, counts it, and serves all others', async () => {
    const { path } = KvService.session;
    const before = await badFrames('client');
    for (const frames of [[GARBAGE], [OVERSIZED]])
      expect((await endedAfter(node.ready.listen, path, frames)).code).not.toBe(0);
    expect(await badFrames('client')).toBe(before + 2);
    const put = await stage.command(['put', 'k', 'v', '-e', node.ready.listen]);
    expect(put.code).toBe(0);
    const got = await stage.command(['get', 'k', '-e', node.ready.listen]);
    expect(got).toMatchObject({ code: 0, stdout: 'v' });
  });

  it('refuses a peer of another cluster, and says why', async () => {
    const stranger = { ...HELLO, clusterId: '00000000000000aa', nodeId: '00000000000000fe' };
    const { code, received } = await endedAfter(node.ready.peer, PeerService.data.path, [
      encodeHello(stranger),
    ]);
    // The refusal is a message of the stream, which then ends as it should.
    expect(code).toBe(0);
    expect(received).toContain('KV_CLUSTER_MISMATCH');
  });
});
