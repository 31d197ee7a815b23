import { GrpcClientTransport } from '../../src/client/grpc/grpc-client-transport.js';
import type { AdminCalls, ClientConnection } from '../../src/client/transport.js';
import { PeerService } from '../../src/generated/kv/peer/v1/peer.js';
import { utf8Encode } from '../../src/stdx/bytes.js';
import type { KvError } from '../../src/node/core/errors.js';
import type { DataReply, Hello, ReadRequest } from '../../src/node/core/messages.js';
import type { ClientRequest, ClientResult } from '../../src/node/core/operations.js';
import type { PeerAddress } from '../../src/node/env/transport.js';
import type { CallContext } from '../../src/node/io/grpc/client-facade.js';
import { GrpcClientServer } from '../../src/node/io/grpc/grpc-client-server.js';
import type { ClientServerEnv } from '../../src/node/io/grpc/grpc-client-server.js';
import { GrpcListener } from '../../src/node/io/grpc/grpc-listener.js';
import { GrpcTransport } from '../../src/node/io/grpc/grpc-transport.js';
import { rawMethod } from '../../src/node/io/grpc/raw-method.js';
import type { FrameServerCall } from '../../src/node/io/grpc/serving-stream.js';
import { SystemClock } from '../../src/node/io/system-clock.js';
import { SystemRandom } from '../../src/node/io/system-random.js';
import { LogRecorder, MetricsRecorder } from '../../src/sim/recorders.js';

const STAMP = { ms: 1_767_225_600_123, logical: 7 };
const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** A read of some key. */
export const READ: ReadRequest = {
  kind: 'read',
  epoch: 5,
  namespace: 1,
  key: Uint8Array.of(1, 2, 3),
  mode: 'value',
  stamp: STAMP,
};

/** The real clock and random numbers, with metrics and a log that can be read. */
export function realEnv(): Omit<ClientServerEnv, 'facade'> & {
  metrics: MetricsRecorder;
  random: SystemRandom;
} {
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    log: new LogRecorder().logger('test'),
    metrics: new MetricsRecorder(),
  };
}

/** A peer on a free port. */
export interface OpenPeer {
  readonly transport: GrpcTransport;
  readonly address: PeerAddress;
  readonly metrics: MetricsRecorder;
  readonly listener: 'peer';
  /** Requests that its handler has seen, and how it answers. */
  readonly node: { seen: number; reply: DataReply | undefined };
}

/** Opens a peer that admits everybody and answers every request alike. */
export async function openPeer(name: string): Promise<OpenPeer> {
  const env = realEnv();
  const transport = new GrpcTransport(env);
  const node: OpenPeer['node'] = {
    seen: 0,
    reply: { kind: 'value', record: Uint8Array.of(1), stamp: STAMP },
  };
  const hello: Hello = {
    clusterId: 'c1',
    nodeId: name.padStart(16, '0'),
    name,
    boot: 1,
    nonce: '0000000000000000',
    sequence: 0,
    wireMin: 1,
    wireMax: 1,
    format: 1,
  };
  const handler = {
    admit: () => undefined,
    refused: () => undefined,
    data: (_from: Hello, _call: unknown, done: (reply: DataReply) => void) => {
      node.seen += 1;
      if (node.reply !== undefined) done(node.reply);
    },
    control: async () => ({ kind: 'ok' }) as const,
    meta: async () => ({ kind: 'ok' }) as const,
    repair: async () => ({ kind: 'applied', queuedBytes: 0 }) as const,
  };
  transport.start(handler, () => hello);
  const port = await transport.listen(LOOPBACK);
  const address = { host: LOOPBACK.host, port };
  return { transport, address, metrics: env.metrics, listener: 'peer', node };
}

/** A client port on a free port, and a connection to it. */
export interface ClientPort {
  readonly server: GrpcClientServer;
  readonly port: number;
  readonly metrics: MetricsRecorder;
  readonly listener: 'client';
  readonly connection: ClientConnection;
  /** The operations that the node was asked, with what it knew of their callers. */
  readonly asked: { request: ClientRequest; context: CallContext }[];
  readonly get: (key: string) => Promise<ClientResult | KvError>;
  readonly operate: (
    request: ClientRequest,
    remainingMs?: number,
  ) => Promise<ClientResult | KvError>;
  readonly close: () => void;
}

type Execute = (
  request: ClientRequest,
  done: (result: ClientResult | KvError) => void,
  context: CallContext,
) => void;

/** What is special to a client port of a test. */
export interface ClientPortOptions {
  /** Answers a found value to everything by default. */
  readonly execute?: Execute;
  readonly admin?: Partial<AdminCalls>;
  readonly identify?: ClientServerEnv['identify'];
  /** Makes it a listener that answers the data stream of peers with these bytes. */
  readonly peerNoise?: Buffer;
}

const found: ClientResult = {
  kind: 'read',
  found: true,
  value: utf8Encode('v'),
  version: undefined,
  expiresAtMs: undefined,
  coordinator: 'n1',
  tookMs: 0.5,
  trace: undefined,
};

/** Opens the client port of a node that is only what the options say. */
export async function openClientPort(options: ClientPortOptions = {}): Promise<ClientPort> {
  const env = realEnv();
  const asked: ClientPort['asked'] = [];
  const server = new GrpcClientServer({
    ...env,
    identify: options.identify,
    facade: {
      execute: (request, context, done) => {
        asked.push({ request, context });
        if (options.execute === undefined) done(found);
        else options.execute(request, done, context);
      },
      // A test that asks for more than it answers fails on the call.
      admin: (options.admin ?? {}) as AdminCalls,
    },
  });
  const noise = options.peerNoise === undefined ? undefined : await openNoise(options.peerNoise);
  const port = noise?.port ?? (await server.listen(LOOPBACK));
  const transport = new GrpcClientTransport(env);
  const connection = transport.connect({ host: LOOPBACK.host, port });
  const operate: ClientPort['operate'] = (request, remainingMs = 5_000) =>
    new Promise((resolve) => {
      connection.operate(request, remainingMs, resolve);
    });
  return {
    server,
    port,
    metrics: env.metrics,
    listener: 'client',
    connection,
    asked,
    operate,
    get: (key) =>
      operate({
        kind: 'get',
        namespace: 'default',
        key: utf8Encode(key),
        level: 'quorum',
        trace: false,
      }),
    close: () => {
      connection.close();
      server.close();
      noise?.close();
    },
  };
}

async function openNoise(noise: Buffer): Promise<{ port: number; close: () => void }> {
  const listener = new GrpcListener('peer', realEnv());
  listener.server.addService(
    { data: rawMethod(PeerService.data) },
    {
      data: (call: FrameServerCall) => {
        call.on('data', () => call.write(noise));
        call.on('error', () => undefined);
      },
    },
  );
  const port = await listener.listen(LOOPBACK);
  return {
    port,
    close: () => {
      listener.close();
    },
  };
}
