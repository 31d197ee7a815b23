import { assert } from '../../stdx/assert.js';
import type {
  HistoryEnd,
  HistoryOperation,
  HistoryResult,
  HistoryVersion,
} from '../workload/history.js';
import { isStrong } from './strong-level.js';

/** What was done to one key, split into what the rules ask for; both lists in the order in which the operations began. */
export interface KeyHistory {
  readonly key: string;
  /** Those that were answered: one that failed, or still runs, says nothing. */
  readonly reads: readonly AnsweredRead[];
  /** All that may have had an effect, and those that must not have. */
  readonly writes: readonly AttemptedWrite[];
}

type ReadAnswer = Extract<HistoryResult, { readonly kind: 'read' }>;

/** A read that was answered. */
export interface AnsweredRead {
  readonly operation: HistoryOperation;
  readonly strong: boolean;
  readonly end: HistoryEnd;
  readonly answer: ReadAnswer;
}

/** A write, and what its client knows of its fate. */
export interface AttemptedWrite {
  readonly operation: HistoryOperation;
  readonly strong: boolean;
  /** One that has not ended is `unknown`. */
  readonly outcome: 'acknowledged' | 'not_applied' | 'unknown';
  /** Under which it was acknowledged. */
  readonly version: HistoryVersion | undefined;
  /** Place at which its client heard; Infinity for one that still runs. */
  readonly endAt: number;
  /** From here on it has taken effect, and never does again: the end of one acknowledged at a strong level, or Infinity. */
  readonly settledAt: number;
  /** No version of it expires before; Infinity without a time to live. */
  readonly expiresFromMs: number;
}

/** An acknowledged write at a strong level: what the promises of the store are about. */
export interface SettledWrite extends AttemptedWrite {
  readonly end: HistoryEnd;
  readonly version: HistoryVersion;
}

/** The history of each key, in the order in which the keys were first used. */
export function byKey(history: readonly HistoryOperation[]): readonly KeyHistory[] {
  const keys = new Map<string, { reads: AnsweredRead[]; writes: AttemptedWrite[] }>();
  for (const operation of [...history].sort((a, b) => a.startAt - b.startAt)) {
    let entry = keys.get(operation.key);
    if (entry === undefined) keys.set(operation.key, (entry = { reads: [], writes: [] }));
    if (operation.kind === 'put' || operation.kind === 'delete')
      entry.writes.push(attempted(operation));
    else {
      const read = answered(operation);
      if (read !== undefined) entry.reads.push(read);
    }
  }
  return [...keys].map(([key, { reads, writes }]) => ({ key, reads, writes }));
}

/** The writes of a key that were acknowledged at a strong level. */
export function settledWrites(key: KeyHistory): readonly SettledWrite[] {
  return key.writes.flatMap((write) => {
    const { operation, strong, version } = write;
    if (!strong || version === undefined) return [];
    assert(operation.end !== undefined, 'a write with an answer has ended');
    return [{ ...write, version, end: operation.end }];
  });
}

function answered(operation: HistoryOperation): AnsweredRead | undefined {
  const { end } = operation;
  if (end?.result.kind !== 'read') return undefined;
  return { operation, strong: isStrong(operation.level), end, answer: end.result };
}

function attempted(operation: HistoryOperation): AttemptedWrite {
  const { end } = operation;
  const strong = isStrong(operation.level);
  const result = end?.result;
  assert(result?.kind !== 'read', 'a write is not answered as a read');
  const version = result?.kind === 'written' ? result.version : undefined;
  const endAt = end?.at ?? Infinity;
  return {
    operation,
    strong,
    outcome: version !== undefined ? 'acknowledged' : outcomeOf(result),
    version,
    endAt,
    settledAt: strong && version !== undefined ? endAt : Infinity,
    expiresFromMs: expiresFromMs(operation, version),
  };
}

function outcomeOf(result: HistoryResult | undefined): 'not_applied' | 'unknown' {
  return result?.kind === 'failed' ? result.outcome : 'unknown';
}

/** A write is stamped again only upward, and its expiry moves along: the first stamp tells the earliest. */
function expiresFromMs(operation: HistoryOperation, version: HistoryVersion | undefined): number {
  if (operation.ttlMs === undefined) return Infinity;
  const stamp = operation.stamped ?? version;
  // Stamped by its coordinator, and never heard of: it may have expired whenever it is looked for.
  return stamp === undefined ? -Infinity : stamp.ms + operation.ttlMs;
}
