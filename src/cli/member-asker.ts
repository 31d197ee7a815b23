import type { KvClient } from '../client/client.js';
import { mergeErrors } from '../client/merge-errors.js';
import type { AdminCalls, Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import type { DescribeView } from '../node/core/views/describe-views.js';

/** The client port of the node that a description came from. @throws KvError KV_NOT_READY when it is no member yet */
export function describedEndpoint({ nodeId, nodes }: DescribeView): Endpoint {
  const own = nodes.find((node) => node.nodeId === nodeId);
  if (own !== undefined) return { host: own.addressHost, port: own.clientPort };
  throw new KvError('KV_NOT_READY', 'the node that answered is no member of its cluster yet');
}

/** Asks members of a cluster, whichever answers: the one that answered last first, for it knows what it has said. */
export class MemberAsker {
  readonly #client: KvClient;
  #endpoints: readonly Endpoint[];

  constructor(client: KvClient, described: DescribeView) {
    this.#client = client;
    const own = describedEndpoint(described);
    const others = described.nodes
      .filter(({ nodeId, membership }) => membership !== 'removed' && nodeId !== described.nodeId)
      .map(({ addressHost, clientPort }): Endpoint => ({ host: addressHost, port: clientPort }));
    this.#endpoints = [own, ...others];
  }

  /** @throws KvError when none answers, or one refuses */
  async ask<T>(question: (node: AdminCalls, timeoutMs: number) => Promise<T>): Promise<T> {
    const errors: KvError[] = [];
    for (const endpoint of this.#endpoints) {
      try {
        const answer = await this.#client.askNode(endpoint, question);
        const others = this.#endpoints.filter((one) => one !== endpoint);
        this.#endpoints = [endpoint, ...others];
        return answer;
      } catch (error) {
        if (!(error instanceof KvError) || !error.row.retryable) throw error;
        errors.push(error);
      }
    }
    throw mergeErrors(errors);
  }
}
