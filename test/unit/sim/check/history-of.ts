import type {
  HistoryOperation,
  HistoryResult,
  HistoryVersion,
} from '../../../../src/sim/workload/history.js';

/** Places of the beginning and of the end, which count as milliseconds too; no end: it still runs. */
export type Span = readonly [from: number, to?: number];

interface Extras {
  readonly client?: string;
  readonly key?: string;
  readonly level?: string;
  readonly ttlMs?: number;
  /** Of a write: the stamp it was given first, where that is not its version. */
  readonly stamped?: number;
  readonly lowestWallMs?: number;
  readonly highestWallMs?: number;
  readonly expiresAtMs?: number;
}

type Step = Omit<HistoryOperation, 'id'>;

/** A history of the steps, numbered in the order in which they began. */
export function historyOf(...steps: readonly Step[]): readonly HistoryOperation[] {
  return [...steps].sort((a, b) => a.startAt - b.startAt).map((step, id) => ({ ...step, id }));
}

/** A version with this time; the others of its parts are zero. */
export function versionAt(ms: number): HistoryVersion {
  return { ms, logical: 0, writerHi: 0, writerLo: 0 };
}

/** How a write ended: acknowledged under a version, or not. */
export type WriteEnd = number | 'unknown' | 'not_applied';

/** A put of a value. */
export function put(span: Span, value: string, end: WriteEnd, extras: Extras = {}): Step {
  return write('put', span, { value, end, extras });
}

/** A deletion. */
export function del(span: Span, end: WriteEnd, extras: Extras = {}): Step {
  return write('delete', span, { value: undefined, end, extras });
}

/** A read that found a value, or nothing, at a version. */
export function get(
  span: Span,
  value: string | undefined,
  version?: number,
  ...[extras = {}]: readonly [Extras?]
): Step {
  const found = value !== undefined;
  return read('get', span, { found, value, version, extras });
}

/** A read that found that there is a value, or none. */
export function exists(
  span: Span,
  found: boolean,
  version?: number,
  ...[extras = {}]: readonly [Extras?]
): Step {
  return read('exists', span, { found, value: undefined, version, extras });
}

function write(
  kind: 'put' | 'delete',
  span: Span,
  {
    value,
    end,
    extras,
  }: { readonly value: string | undefined; readonly end: WriteEnd; readonly extras: Extras },
): Step {
  const stamped = versionAt(extras.stamped ?? (typeof end === 'number' ? end : span[0]));
  const result: HistoryResult =
    typeof end === 'number'
      ? { kind: 'written', version: versionAt(end) }
      : { kind: 'failed', outcome: end, code: 'KV_WRITE_TIMEOUT' };
  return { ...step(kind, span, { result, extras }), value, stamped };
}

function read(
  kind: 'get' | 'exists',
  span: Span,
  {
    found,
    value,
    version,
    extras,
  }: {
    readonly found: boolean;
    readonly value: string | undefined;
    readonly version: number | undefined;
    readonly extras: Extras;
  },
): Step {
  const result: HistoryResult = {
    kind: 'read',
    found,
    value,
    version: version === undefined ? undefined : versionAt(version),
    expiresAtMs: extras.expiresAtMs,
  };
  return step(kind, span, { result, extras });
}

function step(
  kind: HistoryOperation['kind'],
  [from, to]: Span,
  { result, extras }: { readonly result: HistoryResult; readonly extras: Extras },
): Step {
  return {
    client: extras.client ?? 'c1',
    kind,
    key: extras.key ?? 'k',
    level: extras.level ?? 'quorum',
    value: undefined,
    ttlMs: extras.ttlMs,
    stamped: undefined,
    startAt: from,
    startMs: from,
    lowestWallMs: extras.lowestWallMs ?? from,
    end:
      to === undefined
        ? undefined
        : { at: to, ms: to, highestWallMs: extras.highestWallMs ?? to, result },
  };
}
