import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import { parseAddress } from '../node/io/config/host-port.js';
import { devDir, devPaths } from './dev/dev-dir.js';
import { isAlive, readDevState } from './dev/dev-state.js';

const DEFAULT_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 7400 };

/** Nodes to ask, and whether the user named them. */
export interface EndpointChoice {
  readonly endpoints: readonly Endpoint[];
  readonly named: boolean;
}

/**
 * The endpoints given, in their order; without any, the default one and then the nodes of a live `kv dev` cluster.
 * @throws KvError KV_USAGE naming the address that is none
 */
export function chooseEndpoints(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): EndpointChoice {
  // An empty text is most likely a variable that was not set: the default would be another cluster than was meant.
  if (given === '') throw new KvError('KV_USAGE', 'an empty endpoint was given: use HOST:PORT,..');
  if (given === undefined)
    return { endpoints: [DEFAULT_ENDPOINT, ...devEndpoints(env)], named: false };
  const endpoints = given.split(',').map((text) => parseEndpoint(text.trim()));
  return { endpoints, named: true };
}

function parseEndpoint(text: string): Endpoint {
  const address = parseAddress(text);
  const wrong = 'wanted' in address ? address.wanted : portProblem(address.port);
  if (wrong !== undefined)
    throw new KvError('KV_USAGE', `${JSON.stringify(text)} is no endpoint: ${wrong}`);
  // Without a problem it is an address.
  return address as Endpoint;
}

function portProblem(port: number): string | undefined {
  return port === 0 ? 'no node listens on port 0' : undefined;
}

/** Client addresses of the local cluster whose supervisor still runs; none when there is no such cluster. */
function devEndpoints(env: Readonly<Record<string, string | undefined>>): readonly Endpoint[] {
  const state = readDevState(devPaths(devDir(undefined, env)).stateFile);
  if (state === undefined || !isAlive(state.pid)) return [];
  return state.nodes.flatMap(({ pid, listen }) => {
    const address = parseAddress(listen);
    const reachable = pid !== undefined && isAlive(pid) && !('wanted' in address);
    return reachable ? [address] : [];
  });
}
