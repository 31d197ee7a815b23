import type { KvClient } from '../client/client.js';
import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { parseAddress } from '../node/io/config/host-port.js';
import { assert } from '../stdx/assert.js';

type Connect = (endpoints: readonly Endpoint[]) => Promise<KvClient>;

/** Asks for the status of a cluster again and again, and goes to another node that it has learned of when the one it asked is lost. */
export class RoamingClient {
  readonly #connect: Connect;
  #endpoints: readonly Endpoint[];
  #client: KvClient | undefined;
  #learned: readonly Endpoint[] = [];

  constructor(endpoints: readonly Endpoint[], connect: Connect) {
    this.#endpoints = endpoints;
    this.#connect = connect;
  }

  /** @throws KvError; the next call asks elsewhere */
  async status(): Promise<StatusView> {
    this.#client ??= await this.#connect(this.#endpoints);
    try {
      const view = await this.#client.status();
      this.#learned = view.nodes.flatMap((node) => {
        const address = parseAddress(node.address);
        return node.state === 'down' || 'wanted' in address ? [] : [address];
      });
      return view;
    } catch (error) {
      if (error instanceof KvError) this.#moveOn();
      throw error;
    }
  }

  /** Asks more of the node that told the status, or of others by its client. @throws KvError */
  async ask<T>(question: (client: KvClient, status: StatusView) => Promise<T>): Promise<T> {
    const status = await this.status();
    const client = this.#client;
    assert(client !== undefined, 'the status came by it');
    return await question(client, status);
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** The nodes that were alive go first; those that were given stay, for nobody else may be known. */
  #moveOn(): void {
    this.close();
    const all = [...this.#learned, ...this.#endpoints];
    const byAddress = new Map(all.map((one) => [`${one.host} ${one.port}`, one]));
    this.#endpoints = [...byAddress.values()];
  }
}
