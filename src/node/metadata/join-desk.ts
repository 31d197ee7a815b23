import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetaReply } from '../core/messages.js';
import type {
  ClusterMetadata,
  MetadataChange,
  NodeDescriptor,
} from '../core/metadata/cluster-metadata.js';
import { checkDescriptor } from '../core/metadata/member-rules.js';
import { checkAdmission, memberOf } from '../core/metadata/transformations.js';
import { afterStaged } from '../core/topology/plan-entries.js';
import type { Random } from '../env/random.js';
import type { ChangeDriver } from './change-driver.js';
import { chooseTokens } from './token-choice.js';

/**
 * Admits a node as a member; asked again by the same node, it changes nothing.
 * @throws KvError KV_JOIN_REFUSED, KV_IDENTITY_REMOVED, KV_CONFIG_INVALID, or as `ChangeDriver.change`
 */
export async function admitJoiner(
  { driver, random }: { readonly driver: ChangeDriver; readonly random: Random },
  { member, vnodes }: { readonly member: NodeDescriptor; readonly vnodes: number },
  remainingMs: number,
): Promise<MetaReply> {
  checkDescriptor(member);
  checkVnodes(vnodes);
  const decide = ({
    metadata,
  }: {
    readonly metadata: ClusterMetadata;
  }): MetadataChange | undefined => {
    const known = memberOf(metadata, member.nodeId);
    if (known !== undefined && known.state !== 'removed') return undefined;
    checkAdmission(metadata, member);
    // Those that are staged already have their tokens: the next one fits in between.
    const state = afterStaged(metadata);
    const tokens = chooseTokens({ state, settings: metadata.settings, member, vnodes }, random);
    if (!metadata.opened) return { kind: 'join', member, tokens };
    return { kind: 'stage-join', member, tokens, replaces: undefined };
  };
  const { metadata } = await driver.change(decide, remainingMs);
  return { kind: 'joined', clusterId: metadata.clusterId, epoch: metadata.epoch };
}

/** Ensures a number of vnodes that a node may have. @throws KvError KV_CONFIG_INVALID */
export function checkVnodes(vnodes: number): void {
  if (Number.isInteger(vnodes) && vnodes >= LIMITS.vnodesMin && vnodes <= LIMITS.vnodesMax) return;
  throw new KvError(
    'KV_CONFIG_INVALID',
    `a node has ${LIMITS.vnodesMin} to ${LIMITS.vnodesMax} vnodes, not ${vnodes}`,
  );
}
