import { KvClient } from '../client/client.js';
import { GrpcClientTransport } from '../client/grpc/grpc-client-transport.js';
import { systemEnv } from '../client/grpc/system-env.js';
import type { Endpoint } from '../client/transport.js';

/** A client over gRPC for one command: it asks the endpoints it is given, and keeps no copy of the ring. */
export function connect(options: {
  readonly endpoints: readonly Endpoint[];
  readonly dialTimeoutMs: number | undefined;
  readonly timeoutMs: number | undefined;
}): KvClient {
  const env = systemEnv();
  return new KvClient({
    ...env,
    endpoints: options.endpoints,
    transport: new GrpcClientTransport(env, { dialMs: options.dialTimeoutMs }),
    timeoutMs: options.timeoutMs,
    routing: 'any',
  });
}
