import type { KvClient } from '../client/client.js';
import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import { unknownNode } from '../node/core/metadata/unknown-node.js';
import type { NodeView } from '../node/core/views/node-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { parseAddress } from '../node/io/config/host-port.js';
import type { MissingPart } from './envelope.js';

/** What each of the nodes said that were asked, and those that did not answer. */
export interface NodeAnswers<T> {
  readonly status: StatusView;
  readonly answers: readonly T[];
  readonly missing: readonly MissingPart[];
}

/** A node that may be asked. */
export interface AskedNode {
  readonly name: string;
  readonly endpoint: Endpoint;
}

/**
 * Asks every node, or the one that is named, one after the other.
 * @throws KvError KV_USAGE when no node has the name, and what the one that is named, or all of them, failed with
 */
export async function askNodes<T>(
  client: KvClient,
  name: string | undefined,
  ask: (node: AskedNode) => Promise<T>,
): Promise<NodeAnswers<T>> {
  const status = await client.status();
  return { status, ...(await askEach({ among: status.nodes, name }, ask)) };
}

/** The same of nodes that are known already. @throws as `askNodes` */
export async function askEach<T>(
  { among, name }: { readonly among: StatusView['nodes']; readonly name: string | undefined },
  ask: (node: AskedNode) => Promise<T>,
): Promise<Omit<NodeAnswers<T>, 'status'>> {
  const answers: T[] = [];
  const missing: MissingPart[] = [];
  for (const node of nodesNamed(among, name)) {
    const endpoint = parseAddress(node.address);
    const known = node.error ?? { code: 'KV_UNREACHABLE', message: `it is ${node.state}` };
    if ('wanted' in endpoint || (node.report === undefined && name === undefined)) {
      missing.push({ node: node.name, error: known });
      continue;
    }
    try {
      answers.push(await ask({ name: node.name, endpoint }));
    } catch (error) {
      if (!(error instanceof KvError) || !error.row.retryable) throw error;
      if (name !== undefined) throw error.code === 'KV_UNREACHABLE' ? silent(node, error) : error;
      missing.push({ node: node.name, error: { code: error.code, message: error.message } });
    }
  }
  return { answers, missing };
}

/** Others have answered: not the addresses are wrong, but this node is away. */
function silent({ name, state }: NodeView, cause: KvError): KvError {
  const what = state === 'down' ? 'is down' : 'did not answer';
  return new KvError('KV_UNREACHABLE', `${name} ${what} (${cause.message})`, {
    hints: ['kv status'],
    cause,
  });
}

/** The node that has a name or an id, or all of them. @throws KvError KV_USAGE */
export function nodesNamed(
  nodes: StatusView['nodes'],
  name: string | undefined,
): StatusView['nodes'] {
  if (name === undefined) return nodes;
  const named = nodes.filter((node) => node.name === name || node.nodeId === name);
  if (named.length > 0) return named;
  throw unknownNode(
    name,
    nodes.map((node) => node.name),
  );
}
