import type { ClientConnection, ClientTransport, Endpoint } from '../transport.js';
import { GrpcClientConnection } from './grpc-client-connection.js';
import type { SystemEnv } from './system-env.js';

/** Reaches nodes over gRPC: one connection per node, dialled at the first call. */
export class GrpcClientTransport implements ClientTransport {
  readonly #env: SystemEnv;
  readonly #dialMs: number | undefined;

  /** `dialMs` replaces the 2 s after which a dial has failed. */
  constructor(env: SystemEnv, options: { readonly dialMs?: number | undefined } = {}) {
    this.#env = env;
    this.#dialMs = options.dialMs;
  }

  connect(endpoint: Endpoint): ClientConnection {
    return new GrpcClientConnection(endpoint, this.#env, this.#dialMs);
  }
}
