import type { KvError } from '../../node/core/errors.js';
import { unreachable } from '../../stdx/unreachable.js';

/** What to do after a failed attempt. `delay`: wait a little first. */
export type RetryDecision =
  { readonly kind: 'give-up' } | { readonly kind: 'elsewhere'; readonly delay: boolean };

const GIVE_UP: RetryDecision = { kind: 'give-up' };
const ELSEWHERE: RetryDecision = { kind: 'elsewhere', delay: false };
const LATER: RetryDecision = { kind: 'elsewhere', delay: true };

/** Attempts that say `unavailable` before another coordinator is no longer asked: it sees the same cluster. */
const UNAVAILABLE_ATTEMPTS = 2;

/**
 * Says whether an attempt may be made again. A repeated attempt of a write carries the stamp of the one before, so it cannot apply
 * over what came after it; what must not be repeated is what cannot succeed.
 */
export function decideRetry(error: KvError, attempts: number): RetryDecision {
  switch (error.code) {
    case 'KV_UNREACHABLE':
    case 'KV_NOT_READY':
    case 'KV_EPOCH_CHANGED':
      return attempts < 3 ? ELSEWHERE : LATER;
    case 'KV_OVERLOADED':
      return LATER;
    case 'KV_READ_TIMEOUT':
    case 'KV_WRITE_TIMEOUT':
      return ELSEWHERE;
    case 'KV_UNAVAILABLE':
    case 'KV_DISK_FULL':
    case 'KV_STORE_FAILED':
    case 'KV_CORRUPT':
      return attempts < UNAVAILABLE_ATTEMPTS ? ELSEWHERE : GIVE_UP;
    case 'KV_CLOCK_SKEW':
      // The coordinator's clock may be the wrong one; two of them agreeing means that it is ours.
      return attempts < UNAVAILABLE_ATTEMPTS ? ELSEWHERE : GIVE_UP;
    case 'KV_SUPERSEDED':
      // With the same stamp it is superseded again; who may give it another is decided where the stamp is kept.
      return GIVE_UP;
    case 'KV_USAGE':
    case 'KV_KEY_INVALID':
    case 'KV_VALUE_TOO_LARGE':
    case 'KV_LEVEL_UNKNOWN':
    case 'KV_LEVEL_NOT_HERE':
    case 'KV_LEVEL_UNREACHABLE':
    case 'KV_NAMESPACE_UNKNOWN':
    case 'KV_NAMESPACE_EXISTS':
    case 'KV_NO_TERMINAL':
    case 'KV_IO_FAILED':
    case 'KV_JOIN_REFUSED':
    case 'KV_PLAN_REFUSED':
    case 'KV_NOT_CONFIRMED':
    case 'KV_NOT_A_KV_NODE':
    case 'KV_DATA_DIR_UNUSABLE':
    case 'KV_DATA_DIR_LOCKED':
    case 'KV_ADDRESS_IN_USE':
    case 'KV_NO_VOTER_MAJORITY':
    case 'KV_CONFIG_INVALID':
    case 'KV_CLUSTER_MISMATCH':
    case 'KV_ALREADY_INITIALIZED':
    case 'KV_IDENTITY_REMOVED':
    case 'KV_ROLLED_BACK':
    case 'KV_CLONE':
    case 'KV_FORMAT_UNKNOWN':
    case 'KV_FORBIDDEN':
    case 'KV_INTERNAL':
      return GIVE_UP;
    default:
      return unreachable(error.code);
  }
}
