import { formatVersion } from '../../node/core/version/version.js';
import type { HistoryVersion } from '../workload/history.js';
import type { AttemptedWrite, KeyHistory } from './key-history.js';

export type WritersByVersion = ReadonlyMap<string, readonly AttemptedWrite[]>;

/**
 * The writes known to have had each version, by its text: from their stamps, from their answers, and from reads of their values.
 * More than one only if a version was given twice.
 */
export function writersByVersion({ reads, writes }: KeyHistory): WritersByVersion {
  const puts = new Map(writes.map((write) => [write.operation.value, write]));
  const writers = new Map<string, AttemptedWrite[]>();
  const add = (version: HistoryVersion | undefined, write: AttemptedWrite | undefined): void => {
    if (version === undefined || write === undefined) return;
    const name = formatVersion(version);
    const known = writers.get(name);
    if (known === undefined) writers.set(name, [write]);
    else if (!known.includes(write)) known.push(write);
  };
  for (const write of writes) {
    add(write.operation.stamped, write);
    add(write.version, write);
  }
  for (const { answer } of reads) {
    const name = answer.version === undefined ? undefined : formatVersion(answer.version);
    // A read is no witness against what the writers say.
    if (name !== undefined && answer.value !== undefined && !writers.has(name))
      add(answer.version, puts.get(answer.value));
  }
  return writers;
}
