import type { ClusterMetadata, NodeId } from '../core/metadata/cluster-metadata.js';
import type { LivenessService } from '../services.js';

/**
 * Who drives the plan, as this node sees it: the first voter that is up. Two nodes that see it differently both drive it, which is harmless: every
 * step is one entry of the log that names what it steps from.
 */
export function leadOf(
  { voters }: Pick<ClusterMetadata, 'voters'>,
  liveness: Pick<LivenessService, 'stateOf'>,
): NodeId | undefined {
  return voters.find((nodeId) => liveness.stateOf(nodeId) === 'up');
}
