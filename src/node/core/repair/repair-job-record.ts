import { fromHex, toHex, utf8Encode } from '../../../stdx/bytes.js';
import { KvError } from '../errors.js';
import { canonicalJson } from '../metadata/canonical-json.js';
import { JsonReader } from '../metadata/json-reader.js';
import { REPAIR_JOB_STATES, type RepairJobState, type RepairScope } from '../views/repair-views.js';
import { keptCursor, type RepairCursor } from './repair-cursor.js';

/** Ranges that a repair has gone over; of these, that differed, whose repair lacked an owner, and that failed. */
interface RepairCounts {
  readonly done: number;
  readonly repaired: number;
  readonly partial: number;
  readonly failed: number;
}

/** Slots that differed, records and bytes that were moved, and dead copies that were removed. */
interface RepairMoves {
  readonly differing: number;
  readonly sent: number;
  readonly sentBytes: number;
  readonly dropped: number;
}

/** A repair that somebody asked for, as the node that drives it keeps it over its restarts. */
export interface RepairJobRecord {
  readonly id: string;
  readonly scope: RepairScope;
  readonly state: RepairJobState;
  readonly startedAtMs: number;
  /** How long it has worked, in all runs of the node together. */
  readonly tookMs: number;
  readonly ranges: number;
  readonly counts: RepairCounts;
  readonly moves: RepairMoves;
  readonly problem: string;
  /** Names of owners that were away. */
  readonly away: readonly string[];
  /** How often it went on after a restart, and when that was last. */
  readonly restarts: number;
  readonly resumedAtMs: number | undefined;
  /** Restarts in a row since it last came on. */
  readonly idleRestarts: number;
  readonly cursor: RepairCursor;
}

const FORMAT = 1;
const TEXT_MOST = 1000;
/** A key as hexadecimal digits. */
const KEY_TEXT_MOST = 128 * 1024;

const FIELDS = [
  ...['id', 'scope', 'state', 'startedAtMs', 'tookMs', 'ranges', 'counts', 'moves'],
  ...['problem', 'away', 'restarts', 'resumedAtMs', 'idleRestarts', 'cursor'],
] as const;

/** The bytes in which a repair is kept: canonical JSON. */
export function encodeRepairJob(job: RepairJobRecord): Uint8Array {
  const { scope, startedAtMs, tookMs, resumedAtMs, problem, cursor } = job;
  const { key } = scope;
  const kept = {
    ...job,
    scope: { ...scope, key: key && toHex(key) },
    startedAtMs: Math.floor(startedAtMs),
    tookMs: Math.floor(tookMs),
    resumedAtMs: resumedAtMs === undefined ? undefined : Math.floor(resumedAtMs),
    problem: problem.slice(0, TEXT_MOST),
    cursor: keptCursor(cursor),
  };
  return utf8Encode(canonicalJson({ format: FORMAT, job: kept }));
}

/** The repair in these bytes. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeRepairJob(bytes: Uint8Array): RepairJobRecord {
  const reader = JsonReader.parse(bytes, 'repair');
  const format = reader.field('format').count();
  if (format !== FORMAT)
    throw new KvError(
      'KV_FORMAT_UNKNOWN',
      `the repair has format ${format}, and this version of kv knows ${FORMAT}`,
    );
  const job = reader.object(['format', 'job']).job.object(FIELDS);
  return {
    id: job.id.text(),
    scope: readScope(job.scope),
    state: job.state.oneOf(REPAIR_JOB_STATES),
    startedAtMs: job.startedAtMs.count(),
    tookMs: job.tookMs.count(),
    ranges: job.ranges.count(),
    counts: readCounts(job.counts, ['done', 'repaired', 'partial', 'failed']),
    moves: readCounts(job.moves, ['differing', 'sent', 'sentBytes', 'dropped']),
    problem: job.problem.text(),
    away: job.away.list((name) => name.text()),
    restarts: job.restarts.count(),
    resumedAtMs: job.resumedAtMs.optional((atMs) => atMs.count()),
    idleRestarts: job.idleRestarts.count(),
    cursor: readCursor(job.cursor),
  };
}

function readScope(reader: JsonReader): RepairScope {
  const { node, range, key, namespace } = reader.object(['node', 'range', 'key', 'namespace']);
  return {
    node: node.optional((name) => name.text()),
    range: range.optional((ends) => {
      const { start, end } = ends.object(['start', 'end']);
      return { start: start.count(), end: end.count() };
    }),
    key: key.optional((hex) => fromHex(hex.text(KEY_TEXT_MOST))),
    namespace: namespace.optional((name) => name.text()),
  };
}

function readCounts<K extends string>(
  reader: JsonReader,
  names: readonly K[],
): Readonly<Record<K, number>> {
  const fields = reader.object(names);
  const counts = names.map((name) => [name, fields[name].count()]);
  // The entries are made from `names` one by one, so the record has exactly these keys.
  return Object.fromEntries(counts) as Record<K, number>;
}

function readCursor(reader: JsonReader): RepairCursor {
  const { plan, next, again } = reader.object(['plan', 'next', 'again']);
  return { plan: plan.text(), next: next.count(), again: again.list((index) => index.count()) };
}
