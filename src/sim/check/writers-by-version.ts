import { formatVersion } from '../../node/core/version/version.js';
import type { HistoryVersion } from '../workload/history.js';
import type { AttemptedWrite } from './key-history.js';

export type WritersByVersion = ReadonlyMap<string, readonly AttemptedWrite[]>;

/** The writes known to have had each version, by its text. More than one only if a version was given twice. */
export function writersByVersion(writes: readonly AttemptedWrite[]): WritersByVersion {
  const writers = new Map<string, AttemptedWrite[]>();
  const add = (version: HistoryVersion | undefined, write: AttemptedWrite): void => {
    if (version === undefined) return;
    const name = formatVersion(version);
    const known = writers.get(name);
    if (known === undefined) writers.set(name, [write]);
    else if (!known.includes(write)) known.push(write);
  };
  for (const write of writes) {
    add(write.operation.stamped, write);
    add(write.version, write);
  }
  return writers;
}
