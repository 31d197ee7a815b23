import { Client, connectivityState, credentials, Metadata, status as codes } from '@grpc/grpc-js';
import type {
  ClientDuplexStream,
  ClientReadableStream,
  MethodDefinition,
  ServiceError,
} from '@grpc/grpc-js';
import { KvError } from '../../node/core/errors.js';
import { LIMITS } from '../../node/core/limits.js';
import type { Clock } from '../../node/env/clock.js';
import { CHANNEL_OPTIONS } from './channel-options.js';
import { connectionError } from './connection-error.js';

/** Where a listener is. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A stream of frames that are encoded and decoded elsewhere. */
export type FrameCall = ClientDuplexStream<Buffer, Buffer>;

const asIs = (bytes: Buffer): Buffer => bytes;

/** How long a dial, and how large a message may be. */
export interface ConnectionBounds {
  readonly dialMs?: number | undefined;
  readonly receiveBytes?: number | undefined;
}

/** One TCP connection to a listener, dialled by the first call, replaced after `discard`. */
export class Connection {
  readonly target: Target;
  /** A dial that takes longer has failed. */
  readonly dialMs: number;
  readonly #clock: Clock;
  readonly #receiveBytes: number;
  #client: Client | undefined;

  constructor(
    target: Target,
    clock: Clock,
    { dialMs = LIMITS.dialMs, receiveBytes = LIMITS.grpcReceiveBytes }: ConnectionBounds = {},
  ) {
    this.target = target;
    this.dialMs = dialMs;
    this.#receiveBytes = receiveBytes;
    this.#clock = clock;
  }

  /** Opens a bidirectional stream; whoever opens it listens to its `error` and `status`. */
  stream(path: string): FrameCall {
    return this.#current().makeBidiStreamRequest(path, asIs, asIs, new Metadata(), {});
  }

  /** One unary call. @throws KvError KV_UNREACHABLE, KV_NOT_A_KV_NODE, KV_READ_TIMEOUT at the deadline, or what the server answered */
  unary<Q, R>(method: MethodDefinition<Q, R>, request: Q, timeoutMs: number): Promise<R> {
    const client = this.#current();
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest<Q, R>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        // Milliseconds on the wall clock, as gRPC wants them.
        { deadline: this.#clock.wallMs() + timeoutMs },
        (error, response) => {
          dial.cancel();
          if (error !== null) reject(this.#failure(client, error));
          else if (response === undefined) reject(new KvError('KV_INTERNAL', 'an empty answer'));
          else resolve(response);
        },
      );
      const dial = this.#clock.after(Math.min(this.dialMs, timeoutMs), () => {
        if (!isReady(client)) call.cancel();
      });
    });
  }

  /** A server-streaming call, cancelled when the dial takes too long; `release` stops watching the dial. */
  serverStream<Q, R>(
    method: MethodDefinition<Q, R>,
    request: Q,
  ): { readonly call: ClientReadableStream<R>; readonly release: () => void } {
    const client = this.#current();
    const call = client.makeServerStreamRequest<Q, R>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      new Metadata(),
      {},
    );
    const dial = this.#clock.after(this.dialMs, () => {
      if (!isReady(client)) call.cancel();
    });
    return {
      call,
      release: () => {
        dial.cancel();
      },
    };
  }

  /** Ends the connection; the next call dials a new one. */
  discard(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #current(): Client {
    this.#client ??= new Client(addressOf(this.target), credentials.createInsecure(), {
      ...CHANNEL_OPTIONS,
      'grpc.max_receive_message_length': this.#receiveBytes,
    });
    return this.#client;
  }

  #failure(client: Client, error: ServiceError): KvError {
    const reached = isReady(client);
    // A new connection serves the next call better than one that waits for its own backoff.
    if (error.code === codes.UNAVAILABLE && client === this.#client) this.discard();
    if (reached && error.code === codes.DEADLINE_EXCEEDED)
      return new KvError('KV_READ_TIMEOUT', `${addressOf(this.target)}: no answer in time`);
    return connectionError(this.target, error);
  }
}

/** `host:port`, with brackets around an IPv6 address. */
export function addressOf({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function isReady(client: Client): boolean {
  try {
    return client.getChannel().getConnectivityState(false) === connectivityState.READY;
  } catch {
    // The one thing that it throws for is a channel that was closed.
    return false;
  }
}
