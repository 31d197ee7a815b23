import { assert } from '../../stdx/assert.js';
import { reconcile } from '../core/version/reconcile.js';
import { formatVersion } from '../core/version/version.js';
import type { DataReply, RecordDigest } from '../core/messages.js';
import { ReadQuorum, type ReadAnswer } from '../core/quorum/read-quorum.js';
import { encodeDataKey } from '../core/version/data-key.js';
import { digestOf, type StoredRecord } from '../core/version/record.js';
import { decodeRecord } from '../core/version/record-codec.js';
import type { AttemptProgress, Replied } from './operation-context.js';
import type { Route } from './route.js';

/** What a read wants, and of whom. */
export interface ReadQuestion {
  readonly namespace: string;
  readonly key: Uint8Array;
  readonly level: string;
  /** False for `exists`: digests are enough while they agree. */
  readonly wantsRecord: boolean;
  /** Replicas not to ask, because their copies are known to be corrupt. */
  readonly exclude: readonly string[];
}

/** What enough replicas hold. */
export interface Agreed {
  readonly digest: RecordDigest | undefined;
  /** Undefined when there is none, or when only the digest was wanted. */
  readonly record: StoredRecord | undefined;
  /** Names of the replicas that were written the winner before the answer. */
  readonly repaired: readonly string[];
}

/** The outcome of a read. */
export interface ReadResult extends Agreed {
  /** False for a missing key, a deleted one, and a value that has expired. */
  readonly found: boolean;
  readonly route: Route;
}

/** One read under one route. */
export interface ReadAttempt extends AttemptProgress {
  readonly route: Route;
  readonly key: Uint8Array;
  readonly dataKey: Uint8Array;
  readonly quorum: ReadQuorum;
  /** Whom it may ask, best first. */
  readonly order: readonly number[];
  readonly askedAtMs: (number | undefined)[];
  readonly replies: (Replied | undefined)[];
  /** The records that were sent, by position in the plan. */
  readonly records: (StoredRecord | undefined)[];
}

/** An attempt before anything is sent. */
export function beginReadAttempt(
  route: Route,
  order: readonly number[],
  { question, token }: { readonly question: ReadQuestion; readonly token: number },
): ReadAttempt {
  const { plan, alive, requirement, namespace } = route;
  const { key, wantsRecord } = question;
  const replicas = plan.replicas.length;
  return {
    route,
    plan,
    alive,
    order,
    key,
    dataKey: encodeDataKey({ namespace: namespace.id, token, key }),
    quorum: new ReadQuorum({ requirement, order, wantsRecord }, replicas),
    askedAtMs: new Array<undefined>(replicas).fill(undefined),
    replies: new Array<undefined>(replicas).fill(undefined),
    records: new Array<undefined>(replicas).fill(undefined),
  };
}

/** What the replicas agreed on; `from` sent the record, when one was wanted and there is one. */
export function agreementOf(
  { order, quorum, records }: ReadAttempt,
  from: number | undefined,
): Agreed {
  const answered = order.find((replica) => quorum.answerOf(replica) !== undefined);
  assert(answered !== undefined, 'those who agree have answered');
  return {
    digest: quorum.answerOf(answered)?.digest,
    record: from === undefined ? undefined : records[from],
    repaired: [],
  };
}

/** The record that the replicas should agree on, of those that hold the newest version. */
export function winnerOf({ records }: ReadAttempt, newest: readonly number[]): StoredRecord {
  let winner: StoredRecord | undefined;
  for (const replica of newest) winner = reconcile(winner, records[replica]);
  assert(winner !== undefined, 'copies that differ are not all missing');
  return winner;
}

/** A reply as it counts, with the record that it carried. */
export interface VerifiedReply {
  readonly reply: DataReply;
  readonly record: StoredRecord | undefined;
}

/** The reply, after its record was verified here too, so that no damage on the way reaches a client: a damaged one is `corrupt`. */
export function verifyReply(dataKey: Uint8Array, reply: DataReply): VerifiedReply {
  if (reply.kind !== 'value' || reply.record === undefined) return { reply, record: undefined };
  const record = decodeRecord(dataKey, reply.record);
  if (record === 'corrupt') return { reply: { kind: 'corrupt' }, record: undefined };
  if (record === 'unknown-format') {
    const message = 'the record was written by a newer version of kv';
    return { reply: { kind: 'failed', code: 'KV_FORMAT_UNKNOWN', message }, record: undefined };
  }
  return { reply, record };
}

/** What a verified reply says of the copy; undefined when it does not answer. */
export function answerOf({ reply, record }: VerifiedReply): ReadAnswer | undefined {
  if (reply.kind === 'digest') return { digest: reply.digest, full: false };
  if (reply.kind !== 'value') return undefined;
  return { digest: record === undefined ? undefined : digestOf(record), full: true };
}

/** A verified reply in a few words, for the trace. */
export function noteOfRead(verified: VerifiedReply): string {
  const { reply } = verified;
  const answer = answerOf(verified);
  if (answer !== undefined)
    return answer.digest === undefined ? 'missing' : formatVersion(answer.digest.version);
  return reply.kind === 'failed' ? `${reply.code}: ${reply.message}` : reply.kind;
}
