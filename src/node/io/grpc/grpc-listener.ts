import { createServer } from 'node:net';
import type { Server as NetServer, Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { COMMON_OPTIONS } from '../../../client/grpc/channel-options.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Logger } from '../../env/log.js';
import type { Counter, Metrics } from '../../env/metrics.js';

/** What a listener tells to and through. */
export interface ListenerEnv {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Where to listen; port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Anything that knows on which connection it runs. */
export interface Call {
  getPeer(): string;
}

/**
 * A gRPC server on a socket of its own: a taken port is a coded error, and whoever sends what is not gRPC is cut off and counted.
 * Services are added to `server` before `listen`.
 */
export class GrpcListener {
  readonly server: Server;
  readonly #log: Logger;
  /** Connections ended because of what came over them. */
  readonly badFrames: Counter;
  readonly #sockets = new Map<string, Socket>();
  readonly #injector: ReturnType<Server['createConnectionInjector']>;
  #listening: NetServer | undefined;

  /** `name` labels metrics and log lines: `peer`, `client`. */
  constructor(name: string, env: ListenerEnv, receiveBytes: number = LIMITS.grpcReceiveBytes) {
    this.server = new Server({
      ...COMMON_OPTIONS,
      'grpc.max_receive_message_length': receiveBytes,
    });
    this.#injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    this.#log = env.log.child(`grpc-${name}`);
    this.badFrames = env.metrics.counter({
      name: 'kv_transport_bad_frames_total',
      help: 'Connections ended because what came over them was not a valid frame.',
      labels: { listener: name },
    });
    env.metrics.gaugeFrom(
      {
        name: 'kv_transport_connections',
        help: 'Connections accepted and open.',
        labels: { listener: name },
      },
      () => this.#sockets.size,
    );
  }

  /** Resolves to the bound port. @throws KvError KV_ADDRESS_IN_USE, KV_CONFIG_INVALID */
  listen(address: ListenAddress): Promise<number> {
    const listening = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      this.#accept(socket);
    });
    this.#listening = listening;
    return new Promise((resolve, reject) => {
      listening.once('error', (error: NodeJS.ErrnoException) => {
        reject(listenError(address, error));
      });
      listening.listen(address.port, address.host, () => {
        const bound = listening.address();
        if (bound === null || typeof bound === 'string')
          reject(new KvError('KV_INTERNAL', 'a TCP server without a port'));
        else resolve(bound.port);
      });
    });
  }

  /** Counts what a call sent as no valid frame, and ends its connection with everything on it. */
  disconnect(call: Call, why: string): void {
    const peer = call.getPeer();
    this.#countBadFrame(peer, why);
    this.#sockets.get(peer)?.destroy();
  }

  /** Takes no new connections from now on. */
  stopAccepting(): void {
    this.#listening?.close();
  }

  /** Ends all connections. */
  close(): void {
    this.stopAccepting();
    this.server.forceShutdown();
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #accept(socket: Socket): void {
    const peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    this.#sockets.set(peer, socket);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // HTTP/2 reports here what it cannot parse: another preface, a broken frame. The rest are resets, of no interest.
      if (error.code?.startsWith('ERR_HTTP2') === true) this.#countBadFrame(peer, error.message);
    });
    socket.once('close', () => {
      this.#sockets.delete(peer);
    });
    this.#injector.injectConnection(socket);
  }

  #countBadFrame(peer: string, why: string): void {
    this.badFrames.inc();
    this.#log.warn('a connection sent what is not a valid frame; it was ended', { peer, why });
  }
}

function listenError({ host, port }: ListenAddress, error: NodeJS.ErrnoException): KvError {
  const cause = error;
  if (error.code === 'EADDRINUSE')
    return new KvError('KV_ADDRESS_IN_USE', `${host}:${port} is already in use`, { cause });
  return new KvError('KV_CONFIG_INVALID', `cannot listen on ${host}:${port}: ${error.message}`, {
    cause,
  });
}
