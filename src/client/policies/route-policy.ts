import type { Connections } from '../connections.js';
import { addressOf } from '../connections.js';
import type { RoutedNode, TokenMap } from '../token-map.js';
import type { ClientConnection, Endpoint } from '../transport.js';

/** `token`: to a replica of the key, as the ring says. `any`: to the endpoints given, which forward. */
export type Routing = 'token' | 'any';

/** A key, and where it is one. */
export interface RoutedKey {
  readonly key: Uint8Array;
  readonly namespace: string;
}

export interface RouteSources {
  readonly endpoints: readonly Endpoint[];
  readonly map: TokenMap | undefined;
  readonly connections: Connections;
}

/** The connection to try first: a living replica that is connected and answers, in turn (`start`), so that load is spread over them. */
export function firstRoute(
  place: RoutedKey,
  sources: RouteSources,
  start: number,
): ClientConnection | undefined {
  const replicas = sources.map?.replicasOf(place.key, place.namespace) ?? [];
  for (let i = 0; i < replicas.length; i++) {
    const node = replicas[(start + i) % replicas.length]!;
    const connection = sources.connections.to(node.endpoint);
    if (node.alive && sources.connections.works(connection)) return connection;
  }
  return allRoutes(place, sources)[0];
}

/** Every connection worth trying, best first: living replicas, living nodes, then the rest; broken and silent ones behind their equals. */
export function allRoutes(
  { key, namespace }: RoutedKey,
  sources: RouteSources,
): readonly ClientConnection[] {
  const { map, endpoints } = sources;
  const given = preferWorking(endpoints, sources);
  if (map === undefined) return given;
  const replicas = map.replicasOf(key, namespace);
  const known = [...replicas, ...map.nodes.filter((node) => !replicas.includes(node))];
  const living = endpointsOf(known.filter((node) => node.alive));
  const dead = endpointsOf(known.filter((node) => !node.alive));
  return dedupe([...preferWorking(living, sources), ...preferWorking(dead, sources), ...given]);
}

function endpointsOf(nodes: readonly RoutedNode[]): readonly Endpoint[] {
  return nodes.map((node) => node.endpoint);
}

function preferWorking(
  endpoints: readonly Endpoint[],
  sources: RouteSources,
): readonly ClientConnection[] {
  const { connections } = sources;
  const all = endpoints.map((endpoint) => connections.to(endpoint));
  const working = all.filter((connection) => connections.works(connection));
  return [...working, ...all.filter((connection) => !working.includes(connection))];
}

function dedupe(connections: readonly ClientConnection[]): readonly ClientConnection[] {
  return [
    ...new Map(
      connections.map((connection) => [addressOf(connection.endpoint), connection]),
    ).values(),
  ];
}
