import { Heap } from '../../stdx/heap.js';
import { compareVersions } from '../../node/core/version/version.js';
import type { HistoryVersion } from '../workload/history.js';
import type { AnsweredRead, AttemptedWrite, KeyHistory } from './key-history.js';
import { Sweep } from './sweep.js';

/**
 * For each strong read of nothing without a version: the highest version of what nodes may have forgotten when it ended, a delete or a value that had
 * expired; undefined when that was nothing. It is at or above the version that is missing, or something is lost.
 */
export function standIns(key: KeyHistory): ReadonlyMap<AnsweredRead, HistoryVersion | undefined> {
  const found = new Map<AnsweredRead, HistoryVersion | undefined>();
  const reads = key.reads.filter(({ strong, answer }) => strong && answer.version === undefined);
  if (reads.length === 0) return found;
  const begun = new Sweep(key.writes.filter(mayGo), (write) => write.operation.startAt);
  const expiring = new Heap<AttemptedWrite>((a, b) => expiresFromMs(a) - expiresFromMs(b));
  const ageing = new Heap<AttemptedWrite>((a, b) => stampMs(a) - stampMs(b));
  let highest: HistoryVersion | undefined;
  for (const read of [...reads].sort((a, b) => a.end.at - b.end.at)) {
    const { at, highestWallMs, forgottenMs } = read.end;
    begun.below(at, (write) => {
      expiring.push(write);
    });
    popUpTo(expiring, { most: highestWallMs, of: expiresFromMs }, (write) => {
      ageing.push(write);
    });
    popUpTo(ageing, { most: forgottenMs, of: stampMs }, (write) => {
      highest = higher(highest, highestOf(write));
    });
    if (!read.answer.found) found.set(read, highest);
  }
  return found;
}

function mayGo({ operation: { kind, ttlMs }, outcome }: AttemptedWrite): boolean {
  return outcome !== 'not_applied' && (kind === 'delete' || ttlMs !== undefined);
}

function expiresFromMs({ operation, expiresFromMs: fromMs }: AttemptedWrite): number {
  return operation.kind === 'delete' ? -Infinity : fromMs;
}

/** The time of the earliest stamp under which it may be what a quorum holds. */
function stampMs({ operation: { stamped }, strong, version }: AttemptedWrite): number {
  const earliest = strong ? (version ?? stamped) : (stamped ?? version);
  return earliest?.ms ?? -Infinity;
}

/** The highest version that it may have; what its coordinator has stamped, and nobody heard of, may have any. */
function highestOf({ operation, version }: AttemptedWrite): HistoryVersion {
  return version ?? operation.lastStamped ?? ANY;
}

const ANY: HistoryVersion = { ms: Infinity, logical: 0, writerHi: 0, writerLo: 0 };

function higher(a: HistoryVersion | undefined, b: HistoryVersion): HistoryVersion {
  return a === undefined || compareVersions(a, b) < 0 ? b : a;
}

function popUpTo<T>(
  heap: Heap<T>,
  { most, of }: { readonly most: number; readonly of: (item: T) => number },
  visit: (item: T) => void,
): void {
  for (let next = heap.peek(); next !== undefined && of(next) <= most; next = heap.peek()) {
    heap.pop();
    visit(next);
  }
}
