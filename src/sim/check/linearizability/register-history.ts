import { compareVersions, formatVersion } from '../../../node/core/version/version.js';
import type { HistoryOperation, HistoryVersion } from '../../workload/history.js';
import type { AnsweredRead, AttemptedWrite, KeyHistory } from '../key-history.js';
import type { Call, ConcurrentHistory, PossibleEffect } from './model.js';
import { writersByVersion, type WritersByVersion } from '../writers-by-version.js';
import { shows, type Content, type RegisterOperation } from './register-model.js';

/** The history of one key as a register has it. */
export interface RegisterHistory extends ConcurrentHistory<RegisterOperation> {
  /** By number; 0 is nothing. */
  readonly contents: readonly Content[];
  readonly calls: readonly RegisterCall[];
}

/** A call, and the operation of the history that it stands for. */
interface RegisterCall extends Call<RegisterOperation> {
  readonly source: HistoryOperation;
}

/** It may have been stamped again before it was given up, and both stamps may come to light, with another write in between. */
const EFFECTS_OF_UNKNOWN = 2;

const NOTHING: Content = { value: undefined, expiresFromMs: -Infinity };

/**
 * True when the key had one writer at a time, at strong levels: then its strong reads and its writes are those of a register, as `registerHistory`
 * weakens it. A write that was given up has ended in this sense, though it may take effect later; one that still runs has not.
 */
export function isEligible({ writes }: KeyHistory): boolean {
  let endAt = -Infinity;
  for (const write of writes) {
    if (write.outcome === 'not_applied') continue;
    if (!write.strong || write.operation.startAt < endAt) return false;
    endAt = write.endAt;
  }
  return true;
}

/**
 * What strong reads and writes of an eligible key were, and what may have happened besides:
 * - A write of unknown outcome takes effect at any time from its start, up to twice, or never.
 * - An acknowledged one that was stamped again may take effect under its first stamp as well, while it runs.
 * - One that was not applied never does. Reads below the strong levels prove nothing, and are left out.
 */
export function registerHistory(key: KeyHistory): RegisterHistory {
  const { reads, writes } = key;
  const contents: Content[] = [NOTHING];
  const write = (content: Content): RegisterOperation => {
    if (content === NOTHING) return { kind: 'write', content: 0 };
    return { kind: 'write', content: contents.push(content) - 1 };
  };
  const versions = writersByVersion(key);
  const calls = reads.flatMap((read) => (read.strong ? [callOfRead(read, versions)] : []));
  const effects: PossibleEffect<RegisterOperation>[] = [];
  const deletions: number[] = [];
  for (const attempt of writes) {
    const { operation, outcome, endAt } = attempt;
    const { startAt } = operation;
    const starts = new Array<number>(EFFECTS_OF_UNKNOWN).fill(startAt);
    if (outcome === 'acknowledged') {
      const effect = write(contentOf(attempt, attempt.version));
      calls.push({ operation: effect, startAt, endAt, source: operation });
      if (isRestamped(attempt)) {
        const first = write(contentOf(attempt, operation.stamped));
        effects.push({ operation: first, startsAt: [startAt], endAt });
      }
    } else if (outcome === 'unknown' && operation.kind === 'delete') deletions.push(...starts);
    else if (outcome === 'unknown')
      effects.push({
        operation: write(contentOf(attempt, operation.stamped)),
        startsAt: starts,
        endAt: Infinity,
      });
  }
  // One deletion is like another: of those that began, it does not matter which took effect.
  if (deletions.length > 0)
    effects.push({ operation: write(NOTHING), startsAt: deletions, endAt: Infinity });
  calls.sort((a, b) => a.startAt - b.startAt);
  const history = { contents, calls, effects };
  return { ...history, effectsBefore: effectsBefore(history) };
}

/** The effects that each call may be the first to show; a write shows none. */
function effectsBefore({
  contents,
  calls,
  effects,
}: Omit<RegisterHistory, 'effectsBefore'>): (call: number) => readonly number[] {
  const contentOfEffect = effects.map(({ operation }) =>
    operation.kind === 'write' ? contents[operation.content]! : NOTHING,
  );
  const byValue = new Map<string | undefined, number[]>();
  for (const [effect, { value }] of contentOfEffect.entries()) {
    const others = byValue.get(value);
    if (others === undefined) byValue.set(value, [effect]);
    else others.push(effect);
  }
  const all = effects.map((_, effect) => effect);
  return (call) => {
    const { operation } = calls[call]!;
    if (operation.kind === 'write') return [];
    const candidates = valueIsTold(operation) ? byValue.get(operation.value) : all;
    return (candidates ?? []).filter((effect) => shows(contentOfEffect[effect]!, operation));
  };
}

function valueIsTold(
  operation: RegisterOperation,
): operation is Extract<RegisterOperation, { readonly kind: 'value' | 'expired' }> {
  return operation.kind === 'value' || operation.kind === 'expired';
}

/** Also when the client left the stamping to the coordinator: it cannot know how often that did. */
function isRestamped({ operation: { stamped }, version }: AttemptedWrite): boolean {
  return stamped === undefined || version === undefined || compareVersions(stamped, version) !== 0;
}

function contentOf(
  { operation: { kind, value, ttlMs } }: AttemptedWrite,
  version: HistoryVersion | undefined,
): Content {
  if (kind === 'delete') return NOTHING;
  const expiresFromMs = ttlMs === undefined ? Infinity : (version?.ms ?? -Infinity) + ttlMs;
  return { value, expiresFromMs };
}

function callOfRead(read: AnsweredRead, versions: WritersByVersion): RegisterCall {
  const { operation, end } = read;
  return {
    operation: readOf(read, versions),
    startAt: operation.startAt,
    endAt: end.at,
    source: operation,
  };
}

/** What a read does not say by a value, it may tell by its version. */
function readOf(
  { operation, end: { highestWallMs }, answer }: AnsweredRead,
  versions: WritersByVersion,
): RegisterOperation {
  const { found, value, version } = answer;
  if (found && operation.kind === 'get') return { kind: 'value', value };
  const writers = version === undefined ? [] : (versions.get(formatVersion(version)) ?? []);
  const writer = writers.length === 1 ? writers[0]?.operation : undefined;
  if (writer === undefined) return found ? { kind: 'present' } : { kind: 'absent', highestWallMs };
  if (found) return { kind: 'value', value: writer.value };
  if (writer.kind === 'delete') return { kind: 'deleted' };
  return { kind: 'expired', value: writer.value, highestWallMs };
}
