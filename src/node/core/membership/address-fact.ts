import type { NodeAddresses } from '../metadata/cluster-metadata.js';

/** The addresses of a node as the value of its `address` fact. */
export function formatAddresses(addresses: NodeAddresses): string {
  const { host, clientPort, peerPort, httpPort } = addresses;
  return JSON.stringify({ host, clientPort, peerPort, httpPort });
}

/** The addresses that a fact states, or undefined when it states none that can be used. */
export function parseAddresses(fact: string): NodeAddresses | undefined {
  const value = parseObject(fact);
  if (value === undefined) return undefined;
  const { host, clientPort, peerPort, httpPort } = value;
  if (typeof host !== 'string' || host === '') return undefined;
  if (!isPort(clientPort) || !isPort(peerPort) || !isPort(httpPort)) return undefined;
  return { host, clientPort, peerPort, httpPort };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Any object can be read as a record of unknown values.
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Text that is not JSON states no address; a peer may send anything.
    return undefined;
  }
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}
