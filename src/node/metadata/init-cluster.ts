import { toHex } from '../../stdx/bytes.js';
import type { NodeDescriptor } from '../core/metadata/cluster-metadata.js';
import { KvError } from '../core/errors.js';
import type { ClusterSettings } from '../core/settings.js';
import type { Random } from '../env/random.js';
import type { ClusterView } from '../services.js';
import { checkVnodes } from './join-desk.js';
import type { LogService } from './metadata-service.js';
import { chooseTokens } from './token-choice.js';

export interface NewCluster {
  readonly clusterName: string;
  readonly descriptor: NodeDescriptor;
  readonly vnodes: number;
  readonly settings: ClusterSettings;
}

/**
 * Begins a cluster: epoch 1 with this node as its only member and voter, durable when this resolves.
 * @throws KvError KV_ALREADY_INITIALIZED, KV_CONFIG_INVALID, KV_STORE_FAILED
 */
export async function initCluster(
  service: LogService,
  cluster: NewCluster,
  random: Random,
): Promise<ClusterView> {
  if (service.current() !== undefined)
    throw new KvError('KV_ALREADY_INITIALIZED', 'this data directory belongs to a cluster already');
  const { clusterName, descriptor, vnodes, settings } = cluster;
  checkVnodes(vnodes);
  const newId = (): string => toHex(random.bytes(8));
  const entry = {
    epoch: 1,
    id: newId(),
    change: {
      kind: 'init',
      clusterId: newId(),
      clusterName,
      settings,
      member: descriptor,
      tokens: chooseTokens({ state: undefined, settings, member: descriptor, vnodes }, random),
    },
  } as const;
  await service.adopt(entry);
  const view = service.current();
  if (view === undefined) throw new KvError('KV_INTERNAL', 'the first entry was not applied');
  return view;
}
