import type { DataReply, WriteRequest } from '../core/messages.js';
import type { Namespace } from '../core/metadata/cluster-metadata.js';
import type { ClientRequest } from '../core/operations.js';
import type { OwnerSet } from '../core/quorum/replica-plan.js';
import { WriteQuorum } from '../core/quorum/write-quorum.js';
import { encodeDataKey } from '../core/version/data-key.js';
import { encodeRecord } from '../core/version/record-codec.js';
import { compareVersions, formatVersion, type Version } from '../core/version/version.js';
import type { AttemptProgress, OperationContext, Replied } from './operation-context.js';
import type { Route } from './route.js';

export type WriteClientRequest = Extract<ClientRequest, { kind: 'put' | 'delete' }>;

/** One record on its way to all replicas of one route, under one stamp. */
export interface WriteAttempt extends AttemptProgress {
  readonly route: Route;
  readonly version: Version;
  readonly token: number;
  readonly request: WriteRequest;
  readonly quorum: WriteQuorum;
  readonly askedAtMs: (number | undefined)[];
  readonly replies: (Replied | undefined)[];
  /** Steps of the trace, by position in the plan; empty when nothing is traced. */
  readonly steps: number[];
  /** Replicas that have not confirmed have hints, or are about to have them: it may be applied by these. */
  hinted: boolean;
}

/** What is written, and under which version. */
export interface Stamped {
  readonly request: WriteClientRequest;
  readonly token: number;
  readonly version: Version;
}

/** An attempt in which every replica that is alive is pending, before anything is sent: a reply may come before its send returns. */
export function beginWriteAttempt(route: Route, stamped: Stamped): WriteAttempt {
  const { plan, requirement, alive, namespace } = route;
  const quorum = new WriteQuorum(requirement, plan.replicas.length);
  for (const [replica, isAlive] of alive.entries()) if (isAlive) quorum.begin(replica, 'pending');
  return {
    route,
    plan,
    alive,
    quorum,
    version: stamped.version,
    token: stamped.token,
    request: {
      kind: 'write',
      epoch: plan.epoch,
      namespace: namespace.id,
      key: stamped.request.key,
      record: recordOf(namespace, stamped),
      repair: false,
    },
    askedAtMs: new Array<undefined>(plan.replicas.length).fill(undefined),
    replies: new Array<undefined>(plan.replicas.length).fill(undefined),
    steps: [],
    hinted: false,
  };
}

const NO_VALUE = new Uint8Array(0);

function recordOf(namespace: Namespace, { request, token, version }: Stamped): Uint8Array {
  const dataKey = encodeDataKey({ namespace: namespace.id, token, key: request.key });
  const ttlMs = request.kind === 'put' ? (request.ttlMs ?? namespace.defaultTtlMs) : undefined;
  return encodeRecord(dataKey, {
    version,
    tombstone: request.kind === 'delete',
    expiresAtMs: ttlMs === undefined ? undefined : version.ms + ttlMs,
    value: request.kind === 'put' ? request.value : NO_VALUE,
  });
}

/** What a reply means for the quorum; only `written` confirms. */
export function settlementOf(reply: DataReply): 'confirmed' | 'superseded' | 'failed' {
  if (reply.kind === 'written') return 'confirmed';
  return reply.kind === 'superseded' ? 'superseded' : 'failed';
}

/** A reply to a write in a few words, for the trace. */
export function noteOfWrite(reply: DataReply): string {
  if (reply.kind === 'written') return 'ok';
  if (reply.kind === 'superseded') return `superseded by ${formatVersion(reply.version)}`;
  return reply.kind === 'failed' ? `${reply.code}: ${reply.message}` : reply.kind;
}

/** The newest version that the replicas are known to hold: that of the attempt, or the highest that beat it. */
export function highestKnown({ replies, version }: WriteAttempt): Version {
  let highest = version;
  for (const replied of replies) {
    if (replied?.reply.kind !== 'superseded') continue;
    if (compareVersions(replied.reply.version, highest) > 0) highest = replied.reply.version;
  }
  return highest;
}

/** Names of the replicas that have confirmed. */
export function confirmedBy(
  { router }: OperationContext,
  { plan, quorum }: WriteAttempt,
): readonly string[] {
  return plan.replicas.flatMap(({ nodeId }, replica) =>
    quorum.states[replica] === 'confirmed' ? [router.nameOf(nodeId)] : [],
  );
}

/** Whether durable hints acknowledge the write when no replica does. */
export function takesHints({ route }: WriteAttempt): boolean {
  return route.requirement.level === 'any';
}

/** What to tell a writer whose write is acknowledged by hints alone; while the key moves, those of its old or of its new owners. */
export function hintWarning(
  { router }: OperationContext,
  { plan, quorum, route }: WriteAttempt,
): string {
  const { states } = quorum;
  const names = plan.replicas
    .filter((_, replica) => states[replica] !== 'superseded' && states[replica] !== 'confirmed')
    .map(({ nodeId }) => router.nameOf(nodeId));
  const isHeld = states.includes('confirmed');
  const lacking = route.requirement.groups.find(
    ({ members }) => !members.some((replica) => states[replica] === 'confirmed'),
  );
  const where = isHeld && lacking?.of !== undefined ? ` of the ${WHOSE[lacking.of]} owners` : '';
  return `no replica has it yet${where}: ${router.nameOf(router.ownId)} keeps it as a hint for ${names.join(', ')}`;
}

const WHOSE: Readonly<Record<OwnerSet, string>> = { old: 'old', next: 'new' };
