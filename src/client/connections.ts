import type { ClientConnection, ClientTransport, Endpoint } from './transport.js';

/** One connection per endpoint, made at the first use, kept until the client closes. */
export class Connections {
  readonly #transport: ClientTransport;
  readonly #byAddress = new Map<string, ClientConnection>();
  /** Endpoint objects live as long as a token map, so most look-ups need no text. */
  #byObject = new WeakMap<Endpoint, ClientConnection>();

  constructor(transport: ClientTransport) {
    this.#transport = transport;
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
}

/** The text form of an endpoint, unique per endpoint. */
export function addressOf(endpoint: Endpoint): string {
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}
