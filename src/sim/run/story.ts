import { formatVersion } from '../../node/core/version/version.js';
import { describeOperation } from '../check/describe-operation.js';
import type { HistoryOperation, Violation } from '../workload/history.js';
import type { ChronicleLine } from './chronicle.js';
import type { SimReport } from './report.js';

/** One line of a story, in the order of time. */
export type StoryLine = Pick<ChronicleLine, 'atMs' | 'who' | 'what'>;

/** How far before the first operation concerned a story begins. */
const BEFORE_MS = 1_000;
/** What is told of the time before a violation that concerns no operation. */
const WITHOUT_KEY_MS = 60_000;
const LINES_MAX = 80;

/**
 * What happened around a violation: the operations on its key, what nodes did, and the faults, between the first operation
 * concerned and the moment it was noticed. The middle is left out when it is long.
 */
export function storyOf(report: SimReport, violation: Violation): readonly StoryLine[] {
  const concerned = violation.operations.flatMap((id) => report.history[id] ?? []);
  const beginMs =
    concerned.length === 0
      ? violation.atMs - WITHOUT_KEY_MS
      : Math.min(...concerned.map(({ startMs }) => startMs)) - BEFORE_MS;
  const endMs = Math.max(violation.atMs, ...concerned.map(({ end }) => end?.ms ?? 0));
  // What began before and still lasts is part of it.
  const within = ({ atMs, untilMs }: ChronicleLine): boolean =>
    (untilMs ?? atMs) >= beginMs && atMs <= endMs;
  const operations =
    violation.key === undefined
      ? []
      : report.history.filter(({ key }) => key === violation.key).flatMap(linesOf);
  const lines = [...operations, ...report.chronicle].filter(within);
  // Equal times keep the order in which they were written: operations first, as they cause the rest.
  return shortened(lines.sort((a, b) => a.atMs - b.atMs));
}

function linesOf(operation: HistoryOperation): readonly StoryLine[] {
  const { client: who, startMs, level, stamped, end, ttlMs } = operation;
  const stamp = stamped === undefined ? '' : `, stamped ${formatVersion(stamped)}`;
  const life = ttlMs === undefined ? '' : `, for ${ttlMs} ms`;
  const what = describeOperation(operation).replace(` by ${who}`, '');
  const begin = { atMs: startMs, who, what: `begins ${what} at ${level}${life}${stamp}` };
  if (end === undefined) return [begin];
  return [begin, { atMs: end.ms, who, what: `ends #${operation.id}: ${endText(end.result)}` }];
}

function endText(result: NonNullable<HistoryOperation['end']>['result']): string {
  switch (result.kind) {
    case 'written':
      return `acknowledged at ${formatVersion(result.version)}`;
    case 'failed':
      return `${result.code}, ${result.outcome === 'unknown' ? 'outcome unknown' : 'not applied'}`;
    case 'read': {
      const what = result.found ? (result.value ?? 'found') : 'nothing';
      return result.version === undefined ? what : `${what} at ${formatVersion(result.version)}`;
    }
  }
}

function shortened(lines: readonly StoryLine[]): readonly StoryLine[] {
  if (lines.length <= LINES_MAX) return lines;
  const half = LINES_MAX / 2;
  const left = lines.length - LINES_MAX;
  const gap = { atMs: lines[half]!.atMs, who: '...', what: `${left} lines left out` };
  return [...lines.slice(0, half), gap, ...lines.slice(-half)];
}
