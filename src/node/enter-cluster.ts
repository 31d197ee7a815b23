import { KvError } from './core/errors.js';
import type { NodeDescriptor } from './core/metadata/cluster-metadata.js';
import type { NodeEnv } from './env/env.js';
import { writeIdentity } from './identity/identity-file.js';
import { initCluster } from './metadata/init-cluster.js';
import { joinCluster } from './metadata/join-cluster.js';
import type { LogService } from './metadata/metadata-service.js';
import type { NodeIntent, OpenedDirectory } from './open-directory.js';

/** How long a new node tries to become a member, over all the seeds it was given. */
const JOIN_MS = 30_000;

export interface Entering {
  readonly env: NodeEnv;
  readonly directory: OpenedDirectory;
  readonly metadata: LogService;
  readonly intent: NodeIntent;
  readonly descriptor: NodeDescriptor;
  readonly vnodes: number;
}

/**
 * Begins a cluster, enters one, or finds that this node is a member already; gives the cluster's id.
 * @throws KvError what `initCluster` and `joinCluster` refuse with
 */
export async function enterCluster(entering: Entering): Promise<string> {
  const { env, directory, intent } = entering;
  const { plan } = directory;
  if (plan.kind === 'init') return await begin(entering);
  if (plan.kind === 'join') return await join(entering);
  if (plan.ignoredJoin)
    env.log.info('--join is ignored: the node is a member of this cluster already');
  else if (intent.kind === 'init')
    env.log.info('an --init that was cut off before is finished now');
  return plan.identity.clusterId;
}

async function begin({
  env,
  directory,
  metadata,
  intent,
  descriptor,
  vnodes,
}: Entering): Promise<string> {
  if (intent.kind !== 'init') throw new KvError('KV_INTERNAL', 'only --init begins a cluster');
  const { clusterName, settings } = intent;
  const cluster = { clusterName, settings, descriptor, vnodes };
  const view = await initCluster(metadata, cluster, env.random);
  const { clusterId } = view.metadata;
  // Not before epoch 1 is durable: a directory with an identity is never initialized again.
  await writeIdentity(directory.disk, {
    clusterId,
    nodeId: directory.nodeId,
    name: directory.name,
  });
  return clusterId;
}

/** Asks one seed after the other; each is a member that can let this node in. */
async function join({ env, metadata, intent, descriptor, vnodes }: Entering): Promise<string> {
  if (intent.kind !== 'join')
    throw new KvError('KV_INTERNAL', 'a node that has not joined needs --join');
  let last = new KvError('KV_UNREACHABLE', 'there is no seed to join through');
  for (const seed of intent.seeds) {
    const link = env.transport.link(seed);
    const remainingMs = JOIN_MS / intent.seeds.length;
    const request = { descriptor, vnodes, clusterId: intent.clusterId, link, remainingMs };
    try {
      await joinCluster(metadata, request, env);
      return intent.clusterId;
    } catch (error) {
      if (!(error instanceof KvError) || !error.row.retryable) throw error;
      last = error;
    } finally {
      // Its hello said that this node belongs to nothing; the next one says more.
      link.close();
    }
  }
  throw last;
}
