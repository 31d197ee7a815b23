import { GrpcClientTransport } from '../../client/grpc/grpc-client-transport.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DescribeView } from '../core/views/describe-views.js';
import type { NodeEnv } from '../env/env.js';
import type { PeerAddress } from '../env/transport.js';
import { Backoff } from '../../stdx/backoff.js';
import { formatAddress, type HostPort } from './config/host-port.js';

/** A cluster as the addresses given by --join describe it. */
export interface FoundCluster {
  readonly clusterId: string;
  /** Peer addresses of its living members, the ones asked first. */
  readonly seeds: readonly PeerAddress[];
}

/** Seeds may be starting themselves: they are asked again for this long. */
const FIND_MS = 30_000;

/**
 * Asks the client addresses of --join which cluster they belong to, until one answers or `patienceMs` have passed.
 * @throws KvError KV_UNREACHABLE, KV_NOT_A_KV_NODE, naming every address
 */
export async function findCluster(
  join: readonly HostPort[],
  env: Pick<NodeEnv, 'clock' | 'random' | 'log'>,
  patienceMs: number = FIND_MS,
): Promise<FoundCluster> {
  const { clock, random, log } = env;
  const transport = new GrpcClientTransport(env);
  const deadlineMs = clock.monotonicMs() + patienceMs;
  const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => random.nextFloat() });
  for (;;) {
    const failures: KvError[] = [];
    for (const endpoint of join) {
      const connection = transport.connect(endpoint);
      try {
        return foundIn(await connection.describe(LIMITS.requestMs));
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        failures.push(error);
      } finally {
        connection.close();
      }
    }
    const delayMs = backoff.nextMs();
    const hopeless = failures.every((error) => !error.row.retryable);
    if (hopeless || clock.monotonicMs() + delayMs > deadlineMs) throw noSeed(join, failures);
    log.info('no address of --join answers yet', { addresses: join.map(formatAddress) });
    await new Promise<void>((resolve) => {
      clock.after(delayMs, resolve);
    });
  }
}

function foundIn(view: DescribeView): FoundCluster {
  const members = view.nodes.filter(
    (node) => node.membership !== 'removed' && node.liveness !== 'down',
  );
  // The node that answered has the newest word; it may also be the only one that is reachable from here.
  const own = members.filter((node) => node.nodeId === view.nodeId);
  const others = members.filter((node) => node.nodeId !== view.nodeId);
  return {
    clusterId: view.clusterId,
    seeds: [...own, ...others].map((node) => ({ host: node.addressHost, port: node.peerPort })),
  };
}

function noSeed(join: readonly HostPort[], failures: readonly KvError[]): KvError {
  const [first] = failures;
  const addresses = join.map(formatAddress).join(', ');
  const reasons = failures.map((error) => error.message).join('; ');
  return new KvError(
    first?.code ?? 'KV_UNREACHABLE',
    `cannot join through ${addresses}: ${reasons}`,
    { cause: first },
  );
}
