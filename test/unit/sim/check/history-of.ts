import type {
  HistoryOperation,
  HistoryResult,
  HistoryVersion,
} from '../../../../src/sim/workload/history.js';

/** Places of the beginning and of the end, which count as milliseconds too; without an end it still runs. */
export type Span = readonly [from: number, to?: number];

/** What is told of an operation beside its place; the rest is as usual. */
export interface Details {
  /** Of the answer. A write without one has failed. */
  readonly version?: number;
  /** Of a write that has failed; `unknown` unless told. */
  readonly failed?: 'unknown' | 'not_applied';
  /** Of a write: its first stamp, where that is not the version of its answer. */
  readonly stamped?: number;
  /** The last stamp, where that is neither the first nor the version of its answer. */
  readonly lastStamped?: number;
  readonly client?: string;
  readonly key?: string;
  readonly level?: string;
  readonly ttlMs?: number;
  readonly lowestWallMs?: number;
  readonly highestWallMs?: number;
  /** Deletes of up to then may be forgotten; none unless told. */
  readonly forgottenMs?: number;
  readonly expiresAtMs?: number;
}

type Operation = Omit<HistoryOperation, 'id'>;

/** A history, numbered in the order in which its operations began. */
export function historyOf(...operations: readonly Operation[]): readonly HistoryOperation[] {
  return [...operations]
    .sort((a, b) => a.startAt - b.startAt)
    .map((operation, id) => ({ ...operation, id }));
}

/** A version with this time; the others of its parts are zero. */
export function versionAt(ms: number): HistoryVersion {
  return { ms, logical: 0, writerHi: 0, writerLo: 0 };
}

/** A put of a value. */
export function put(span: Span, value: string, details: Details): Operation {
  return { ...write('put', span, details), value };
}

/** A deletion. */
export function del(span: Span, details: Details): Operation {
  return write('delete', span, details);
}

/** A read that found a value, or nothing. */
export function get(span: Span, value: string | undefined, details: Details): Operation {
  const found = value !== undefined;
  return operationOf('get', span, { ...details, result: answerOf({ found, value }, details) });
}

/** A read that found that there is a value, or none. */
export function exists(span: Span, found: boolean, details: Details): Operation {
  const result = answerOf({ found, value: undefined }, details);
  return operationOf('exists', span, { ...details, result });
}

function write(kind: 'put' | 'delete', span: Span, details: Details): Operation {
  const { version, failed = 'unknown', stamped = version ?? span[0], lastStamped } = details;
  const result: HistoryResult =
    version === undefined
      ? { kind: 'failed', outcome: failed, code: 'KV_WRITE_TIMEOUT' }
      : { kind: 'written', version: versionAt(version) };
  const operation = operationOf(kind, span, { ...details, result });
  const last = versionAt(lastStamped ?? version ?? stamped);
  return { ...operation, stamped: versionAt(stamped), lastStamped: last };
}

function answerOf(
  answer: { readonly found: boolean; readonly value: string | undefined },
  { version, expiresAtMs }: Details,
): HistoryResult {
  const at = version === undefined ? undefined : versionAt(version);
  return { kind: 'read', ...answer, version: at, expiresAtMs };
}

function operationOf(
  kind: HistoryOperation['kind'],
  [from, to]: Span,
  { result, ...details }: Details & { readonly result: HistoryResult },
): Operation {
  const { client = 'c1', key = 'k', level = 'quorum', ttlMs } = details;
  const { lowestWallMs = from, highestWallMs = to ?? from, forgottenMs = -Infinity } = details;
  const clocks = { highestWallMs, forgottenMs };
  const end = to === undefined ? undefined : { at: to, ms: to, ...clocks, result };
  const common = { client, kind, key, level, ttlMs, lowestWallMs, end };
  const unknown = { value: undefined, stamped: undefined, lastStamped: undefined };
  return { ...common, ...unknown, startAt: from, startMs: from };
}
