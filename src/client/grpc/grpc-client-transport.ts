import type { Clock } from '../../node/env/clock.js';
import type { Random } from '../../node/env/random.js';
import type { ClientConnection, ClientTransport, Endpoint } from '../transport.js';
import { GrpcClientConnection } from './grpc-client-connection.js';

/** Time, and chance for the jitter of reconnects. */
export interface GrpcClientEnv {
  readonly clock: Clock;
  readonly random: Random;
}

/** Reaches nodes over gRPC: one connection per node, dialled at the first call. */
export class GrpcClientTransport implements ClientTransport {
  readonly #env: GrpcClientEnv;
  readonly #dialMs: number | undefined;

  /** `dialMs` replaces the 2 s after which a dial has failed. */
  constructor(env: GrpcClientEnv, options: { readonly dialMs?: number | undefined } = {}) {
    this.#env = env;
    this.#dialMs = options.dialMs;
  }

  connect(endpoint: Endpoint): ClientConnection {
    return new GrpcClientConnection(endpoint, this.#env, this.#dialMs);
  }
}
