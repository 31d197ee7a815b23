import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClientTransport } from '../../src/client/grpc/grpc-client-transport.js';
import type { ClientRequest } from '../../src/node/core/operations.js';
import { GrpcClientServer } from '../../src/node/io/grpc/grpc-client-server.js';
import { nextTurn } from '../../src/node/io/turn.js';
import type { Clock } from '../../src/node/env/clock.js';
import { assert } from '../../src/stdx/assert.js';
import { openPeer, realEnv } from './grpc-fixtures.js';

const PUT: ClientRequest = {
  kind: 'delete',
  namespace: 'default',
  key: Uint8Array.of(1),
  level: 'quorum',
  trace: false,
  version: undefined,
};

describe('an address where no node serves clients', () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert(address !== null && typeof address === 'object', 'a TCP server has a port');
    return address.port;
  }

  async function failures(port: number): Promise<unknown[]> {
    const connection = new GrpcClientTransport(realEnv(), { dialMs: 300 }).connect({
      host: '127.0.0.1',
      port,
    });
    const asked = await connection.describe(5_000).catch((error: unknown) => error);
    const operated = await new Promise((resolve) => {
      connection.operate(PUT, 5_000, resolve);
    });
    connection.close();
    return [asked, operated];
  }

  it('is told as no kv node when it speaks something else', async () => {
    const http = createHttpServer((_, response) => response.end('hello'));
    const text = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write('-ERR unknown command\r\n'));
    });
    for (const server of [http, text])
      for (const failure of await failures(await listen(server)))
        expect(failure).toMatchObject({ code: 'KV_NOT_A_KV_NODE', outcome: 'not_applied' });
  });

  it('is told as no kv node when it is the peer port', async () => {
    const peer = await openPeer('n1');
    for (const failure of await failures(peer.address.port))
      expect(failure).toMatchObject({ code: 'KV_NOT_A_KV_NODE' });
    await peer.transport.close();
  });

  it('is told as unreachable when nobody listens, or nobody answers', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    const closed = createServer();
    const closedPort = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    servers.pop();
    for (const failure of await failures(closedPort))
      expect(failure).toMatchObject({
        code: 'KV_UNREACHABLE',
        message: expect.stringContaining('refused') as string,
      });
    for (const failure of await failures(await listen(silent)))
      expect(failure).toMatchObject({ code: 'KV_UNREACHABLE' });
  });

  it('is dialled again and again over one socket while it stays silent', async () => {
    let accepted = 0;
    const silent = createServer((socket) => {
      accepted += 1;
      socket.on('error', () => undefined);
    });
    const env = realEnv();
    const dialMs = 20;
    let dials = 0;
    const clock: Clock = {
      wallMs: () => env.clock.wallMs(),
      monotonicMs: () => env.clock.monotonicMs(),
      after: (delayMs, run) => {
        if (delayMs === dialMs) dials += 1;
        return env.clock.after(delayMs, run);
      },
    };
    const port = await listen(silent);
    const transport = new GrpcClientTransport({ clock, random: env.random }, { dialMs });
    const connection = transport.connect({ host: '127.0.0.1', port });
    connection.operate(PUT, 5_000, () => undefined);
    while (dials < 5) await nextTurn();
    expect(accepted).toBe(1);
    connection.close();
  });

  it('cannot be listened on when it is taken', async () => {
    const port = await listen(createServer());
    const facade = { execute: () => undefined, admin: {} as never };
    const server = new GrpcClientServer({ ...realEnv(), facade });
    await expect(server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'KV_ADDRESS_IN_USE',
    });
    server.close();
  });
});
