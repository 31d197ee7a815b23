import { compareVersions, formatVersion } from '../../node/core/version/version.js';
import type {
  HistoryEnd,
  HistoryOperation,
  HistoryVersion,
  Violation,
} from '../workload/history.js';
import { describeOperation } from './describe-operation.js';
import { settledWrites, type KeyHistory } from './key-history.js';
import { standIns } from './stand-ins.js';
import { Sweep } from './sweep.js';

/** An operation at a strong level that showed its client a version. */
interface Shown {
  readonly operation: HistoryOperation;
  readonly end: HistoryEnd;
  /** It is not below this one; undefined when nothing is known of it. */
  readonly version: HistoryVersion | undefined;
  /** It is not above this one: another than `version` only for a read of nothing without a version. */
  readonly most: HistoryVersion | undefined;
  /** Of a read: whether there was a value. */
  readonly found: boolean | undefined;
}

/**
 * Versions of one key that go back in real time (`read-went-back`), among operations at strong levels: a read is not behind
 * a read that ended before it began, and an acknowledged write is not behind whatever ended before it began. A read behind
 * a write is a lost write, of another rule. Equal versions are fine, but for a value found where nothing was: it had expired. Nothing
 * without a version is a delete that was forgotten: above all that was seen before, and at most as new as what may be forgotten by then.
 */
export function* versionsBack(key: KeyHistory): Generator<Violation> {
  const writes = settledWrites(key).map((write): Shown => ({
    ...write,
    most: write.version,
    found: undefined,
  }));
  const forgotten = standIns(key);
  const told = key.reads.flatMap((read): readonly Shown[] => {
    const { strong, operation, end, answer } = read;
    const { version, found } = answer;
    return strong ? [{ operation, end, version, found, most: version ?? forgotten.get(read) }] : [];
  });
  const reads = withLeast(told, [...told, ...writes]);
  yield* goneBack(reads, reads);
  yield* goneBack(writes, [...reads, ...writes]);
}

/** Those that are behind one that ended before they began. */
function* goneBack(later: readonly Shown[], earlier: readonly Shown[]): Generator<Violation> {
  const ended = new Sweep(earlier, ({ end }) => end.at);
  let highest: Shown | undefined;
  for (const shown of later) {
    ended.below(shown.operation.startAt, (one) => {
      if (highest === undefined || isBehind(highest, one)) highest = one;
    });
    if (highest !== undefined && isBehind({ ...shown, version: shown.most }, highest))
      yield wentBack(shown, highest);
  }
}

/** The reads; one of nothing without a version is not below what had been seen before it began. */
function withLeast(reads: readonly Shown[], earlier: readonly Shown[]): readonly Shown[] {
  const ended = new Sweep(earlier, ({ end }) => end.at);
  let highest: Shown | undefined;
  return reads.map((read) => {
    ended.below(read.operation.startAt, (one) => {
      if (highest === undefined || isBehind(highest, one)) highest = one;
    });
    return read.version === undefined ? { ...read, version: highest?.version } : read;
  });
}

function isBehind(a: Shown, b: Shown): boolean {
  if (b.version === undefined) return false;
  const order = a.version === undefined ? -1 : compareVersions(a.version, b.version);
  return order < 0 || (order === 0 && b.found === false && a.found === true);
}

function wentBack(later: Shown, earlier: Shown): Violation {
  const { operation, end } = later;
  const before = describeOperation(earlier.operation);
  const message =
    `${describeOperation(operation)} has ${shownText(later)}, though ${before}, which had ended ` +
    `before it began, has ${shownText(earlier)}`;
  const operations = [earlier.operation.id, operation.id];
  return { rule: 'read-went-back', message, key: operation.key, operations, atMs: end.ms };
}

function shownText({ version, most, found }: Shown): string {
  if (most === undefined) return 'no version';
  if (version === undefined || version !== most)
    return `no version, and nothing above ${formatVersion(most)} may be forgotten`;
  return `${found === false ? 'nothing at ' : ''}version ${formatVersion(version)}`;
}
