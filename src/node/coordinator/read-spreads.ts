import type { RecordDigest } from '../core/messages.js';
import { planReadRepair } from '../core/quorum/read-repair.js';
import { planSpread } from '../core/quorum/spread.js';
import { digestOf, type StoredRecord } from '../core/version/record.js';
import type { Stamp } from '../core/version/version.js';
import type { ReadAttempt } from './read-attempt.js';
import type { Spread } from './spread-stage.js';

/** Writes the winner back to those that answered with something else; one that holds something newer by now has it as well. */
export function repairSpread(attempt: ReadAttempt, winner: StoredRecord, key: Uint8Array): Spread {
  const { plan, quorum, route } = attempt;
  const { targets, quorum: confirmations } = planReadRepair({
    requirement: route.spread,
    answers: plan.replicas.map((_, replica) => quorum.answerOf(replica)),
    winner: digestOf(winner),
  });
  return {
    what: 'repair',
    targets,
    quorum: confirmations,
    request: {
      kind: 'write',
      epoch: plan.epoch,
      namespace: plan.namespace,
      key,
      record: winner.encoded,
      repair: true,
    },
    confirms: ({ kind }) => kind === 'written' || kind === 'superseded',
  };
}

/** What was not found at `now`, the highest clock among the coordinator and the replicas that answered. */
export interface NotFound {
  readonly digest: RecordDigest | undefined;
  readonly key: Uint8Array;
  readonly now: Stamp;
}

/**
 * Tells the time to replicas whose clocks have not reached the expiry: the clock that judged may be that of one replica, and a
 * later read that does not meet it must not find the value again. Undefined when enough of them have reached it, and when
 * the key is missing or deleted at any time.
 */
export function clockSpread(
  attempt: ReadAttempt,
  { digest, key, now }: NotFound,
): Spread | undefined {
  const expiresAtMs = digest?.expiresAtMs;
  if (expiresAtMs === undefined || digest?.tombstone === true) return undefined;
  const { plan, quorum, replies, route } = attempt;
  const holdings = plan.replicas.map((_, replica) => {
    const reply = replies[replica]?.reply;
    if (quorum.answerOf(replica) === undefined || reply === undefined) return 'unknown';
    return 'stamp' in reply && reply.stamp.ms >= expiresAtMs ? 'has' : 'lacks';
  });
  const spread = planSpread(route.spread, holdings);
  if (spread.quorum.verdict() === 'acknowledged') return undefined;
  const { epoch, namespace } = plan;
  return {
    ...spread,
    what: 'clock',
    request: { kind: 'read', epoch, namespace, key, mode: 'digest', stamp: now },
    confirms: ({ kind }) => kind === 'digest',
  };
}
