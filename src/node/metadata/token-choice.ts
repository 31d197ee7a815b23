import type { ClusterMetadata, NodeDescriptor } from '../core/metadata/cluster-metadata.js';
import { ringMembers } from '../core/metadata/replication.js';
import { Ring } from '../core/ring/ring.js';
import { allocateTokens } from '../core/ring/token-allocation.js';
import type { ClusterSettings } from '../core/settings.js';
import type { Random } from '../env/random.js';

/** What the tokens of a newcomer depend on. */
export interface Newcomer {
  /** Undefined for the first node of a cluster. */
  readonly state: Pick<ClusterMetadata, 'members'> | undefined;
  readonly settings: ClusterSettings;
  readonly member: NodeDescriptor;
  readonly vnodes: number;
}

/** Tokens for a newcomer that leave the copies of the default replication as even as they can be made. */
export function chooseTokens(newcomer: Newcomer, random: Random): readonly number[] {
  const { state, settings, member, vnodes } = newcomer;
  return allocateTokens({
    ring: Ring.of(state === undefined ? [] : ringMembers(state)),
    newcomer: member,
    count: vnodes,
    replication: { [member.dc]: settings.defaultReplicationFactor },
    random: () => random.nextFloat(),
  });
}
