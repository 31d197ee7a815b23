import { assert } from '../../../stdx/assert.js';
import type { ClusterMetadata, MetadataEntry } from './cluster-metadata.js';
import { applyEntry } from './transformations.js';

/**
 * Every epoch a node has applied: the state before the first entry that it keeps, the entries, the state after the last.
 * A value, replaced at every step.
 */
export interface MetadataLog {
  /** Undefined while all entries since the first are kept. */
  readonly base: ClusterMetadata | undefined;
  readonly entries: readonly MetadataEntry[];
  /** Undefined before epoch 1. */
  readonly state: ClusterMetadata | undefined;
}

/** What a node that asks for the log after an epoch is sent. */
export interface LogPart {
  /** The state to start from, when the entries asked for are no longer kept. */
  readonly snapshot: ClusterMetadata | undefined;
  readonly entries: readonly MetadataEntry[];
}

/** The log of a node that belongs to no cluster yet. */
export const EMPTY_LOG: MetadataLog = { base: undefined, entries: [], state: undefined };

/** The log that a snapshot begins. */
export function logFromSnapshot(base: ClusterMetadata): MetadataLog {
  return { base, entries: [], state: base };
}

/** The last applied epoch; 0 before the first. */
export function epochOf(log: MetadataLog): number {
  return log.state?.epoch ?? 0;
}

/**
 * The log with the next decided entry applied.
 * @throws KvError as `applyEntry` does
 */
export function appendEntry(log: MetadataLog, entry: MetadataEntry): MetadataLog {
  assert(!log.entries.some((kept) => kept.id === entry.id), 'an entry was decided for two epochs');
  const state = applyEntry(log.state, entry);
  return { base: log.base, entries: [...log.entries, entry], state };
}

/** The decided entry of an epoch, or undefined when it is not applied yet or no longer kept. */
export function entryAt(log: MetadataLog, epoch: number): MetadataEntry | undefined {
  return log.entries[epoch - epochOf(log) + log.entries.length - 1];
}

/**
 * The log that keeps at most `maxKept` entries: beyond that, the older half of them is folded into the base.
 * It folds half, not one, so that a snapshot is written once in many epochs.
 */
export function trimLog(log: MetadataLog, maxKept: number): MetadataLog {
  if (log.entries.length <= maxKept) return log;
  const folded = log.entries.length - Math.floor(maxKept / 2);
  const base = log.entries
    .slice(0, folded)
    .reduce<ClusterMetadata | undefined>(applyEntry, log.base);
  return { base, entries: log.entries.slice(folded), state: log.state };
}

/** At most `maxEntries` of what follows an epoch, with the snapshot before them if entries in between are gone. */
export function logAfter(log: MetadataLog, after: number, maxEntries: number): LogPart {
  const base = epochOf(log) - log.entries.length;
  if (after < base) return { snapshot: log.base, entries: log.entries.slice(0, maxEntries) };
  return { snapshot: undefined, entries: log.entries.slice(after - base).slice(0, maxEntries) };
}
