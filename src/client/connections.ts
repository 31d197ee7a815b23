import { LIMITS } from '../node/core/limits.js';
import type { Clock } from '../node/env/clock.js';
import { AnswerWatch } from './answer-watch.js';
import type { ClientConnection, ClientTransport, Endpoint } from './transport.js';

/** One connection per endpoint, made at the first use, kept until the client closes. */
export class Connections {
  readonly #transport: ClientTransport;
  readonly #clock: Clock;
  readonly #byAddress = new Map<string, ClientConnection>();
  /** Endpoint objects live as long as a token map, so most look-ups need no text. */
  #byObject = new WeakMap<Endpoint, ClientConnection>();
  readonly #watches = new WeakMap<ClientConnection, AnswerWatch>();
  /** When each silent node was last asked whether it is still there. */
  readonly #askedMs = new WeakMap<ClientConnection, number>();

  constructor(transport: ClientTransport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  to(endpoint: Endpoint): ClientConnection {
    const known = this.#byObject.get(endpoint);
    if (known !== undefined) return known;
    const address = addressOf(endpoint);
    const connection = this.#byAddress.get(address) ?? this.#transport.connect(endpoint);
    this.#byAddress.set(address, connection);
    this.#byObject.set(endpoint, connection);
    return connection;
  }

  /** What is known of the answers that come over a connection. */
  watchOf(connection: ClientConnection): AnswerWatch {
    let watch = this.#watches.get(connection);
    if (watch === undefined) {
      watch = new AnswerWatch();
      this.#watches.set(connection, watch);
    }
    return watch;
  }

  /** True when the connection stands and the node behind it answers, as far as is known; a silent one is asked whether it does. */
  works(connection: ClientConnection): boolean {
    if (connection.state() === 'broken') return false;
    const watch = this.#watches.get(connection);
    if (watch?.silent(this.#clock.monotonicMs()) !== true) return true;
    this.#ask(connection, watch);
    return false;
  }

  /** Closes the connections to endpoints that are no longer wanted. */
  retain(wanted: readonly Endpoint[]): void {
    const keep = new Set(wanted.map(addressOf));
    for (const [address, connection] of this.#byAddress) {
      if (keep.has(address)) continue;
      connection.close();
      this.#byAddress.delete(address);
      this.#byObject = new WeakMap();
    }
  }

  close(): void {
    this.retain([]);
  }

  /** No operation is spent on finding out that a node goes on. */
  #ask(connection: ClientConnection, watch: AnswerWatch): void {
    const nowMs = this.#clock.monotonicMs();
    const askedMs = this.#askedMs.get(connection) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - askedMs < LIMITS.silentNodeAskMs) return;
    this.#askedMs.set(connection, nowMs);
    connection.describe(LIMITS.silentNodeAskMs).then(
      () => {
        watch.heard(this.#clock.monotonicMs());
      },
      () => {
        // It stays silent, and is asked again.
      },
    );
  }
}

/** The text form of an endpoint, unique per endpoint. */
export function addressOf(endpoint: Endpoint): string {
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}
