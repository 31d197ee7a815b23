import type { NodeAddresses } from '../node/core/metadata/cluster-metadata.js';
import type { MachineClock } from './machine-clock.js';
import type { MemoryDisk } from './memory-disk.js';
import type { LogRecorder } from './recorders.js';

/** Where a simulated node is, and what outlives its restarts. */
export interface SimMachine {
  readonly name: string;
  readonly disk: MemoryDisk;
  readonly log: LogRecorder;
  readonly addresses: NodeAddresses;
  readonly clock: MachineClock;
}

const CLIENT_PORT = 7400;
const PEER_PORT = 8400;
const HTTP_PORT = 9400;

/** The addresses of the node on a machine. */
export function addressesOf(host: string): NodeAddresses {
  return { host, clientPort: CLIENT_PORT, peerPort: PEER_PORT, httpPort: HTTP_PORT };
}

/** Where its peers reach the node of a machine. */
export function peerAddressOf(host: string): { readonly host: string; readonly port: number } {
  return { host, port: PEER_PORT };
}

/** Where clients reach the node of a machine. */
export function clientAddressOf(host: string): { readonly host: string; readonly port: number } {
  return { host, port: CLIENT_PORT };
}
