import { compareVersions, formatVersion } from '../../node/core/version/version.js';
import type {
  HistoryEnd,
  HistoryOperation,
  HistoryVersion,
  Violation,
} from '../workload/history.js';
import { describeOperation } from './describe-operation.js';
import { settledWrites, type KeyHistory } from './key-history.js';
import { Sweep } from './sweep.js';

/** An operation at a strong level that showed its client a version. */
interface Shown {
  readonly operation: HistoryOperation;
  readonly end: HistoryEnd;
  /** A read of nothing at all has none: it is behind every version. */
  readonly version: HistoryVersion | undefined;
  /** Of a read: whether there was a value. */
  readonly found: boolean | undefined;
}

/**
 * Versions of one key that go back in real time (`read-went-back`), among operations at strong levels: a read is not behind
 * a read that ended before it began, and an acknowledged write is not behind whatever ended before it began. A read behind
 * a write is a lost write, of another rule. Equal versions are fine, but for a value found where nothing was: it had expired.
 */
export function* versionsBack(key: KeyHistory): Generator<Violation> {
  const writes = settledWrites(key).map((write): Shown => ({ ...write, found: undefined }));
  const reads = key.reads.flatMap(
    ({ strong, operation, end, answer: { version, found } }): readonly Shown[] =>
      strong ? [{ operation, end, version, found }] : [],
  );
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
    if (highest !== undefined && isBehind(shown, highest)) yield wentBack(shown, highest);
  }
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

function shownText({ version, found }: Shown): string {
  if (version === undefined) return 'no version';
  return `${found === false ? 'nothing at ' : ''}version ${formatVersion(version)}`;
}
