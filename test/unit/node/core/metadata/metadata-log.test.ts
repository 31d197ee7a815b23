import { describe, expect, it } from 'vitest';
import {
  appendEntry,
  EMPTY_LOG,
  entryAt,
  epochOf,
  logAfter,
  logFromSnapshot,
  type MetadataLog,
  trimLog,
} from '../../../../../src/node/core/metadata/metadata-log.js';
import { initOf, nextEntry, nodeOf } from './states.js';

/** A log of so many epochs: a beginning, then new releases of n1. */
function logOf(epochs: number, maxKept = 1000): MetadataLog {
  let log = appendEntry(EMPTY_LOG, nextEntry(undefined, initOf(nodeOf(1))));
  while (epochOf(log) < epochs) {
    const member = nodeOf(1, { release: `0.${epochOf(log)}` });
    log = trimLog(appendEntry(log, nextEntry(log.state, { kind: 'update', member })), maxKept);
  }
  return log;
}

const epochsOf = (log: Pick<MetadataLog, 'entries'>): readonly number[] =>
  log.entries.map((entry) => entry.epoch);

describe('the log', () => {
  it('begins at epoch 0, with no state', () => {
    expect(epochOf(EMPTY_LOG)).toBe(0);
    expect(EMPTY_LOG.state).toBeUndefined();
    expect(logAfter(EMPTY_LOG, 0, 10)).toEqual({ snapshot: undefined, entries: [] });
  });

  it('finds the entry of an epoch that it keeps', () => {
    const log = logOf(9, 4);
    expect(epochsOf(log)).toEqual([7, 8, 9]);
    expect(entryAt(log, 8)?.epoch).toBe(8);
    for (const epoch of [0, 1, 6, 10]) expect(entryAt(log, epoch)).toBeUndefined();
  });

  it('never keeps more entries than it may, nor fewer than half once it has had them', () => {
    for (let epochs = 1; epochs < 40; epochs++) {
      const { length } = logOf(epochs, 8).entries;
      expect(length).toBeLessThanOrEqual(8);
      expect(length).toBeGreaterThanOrEqual(Math.min(epochs, 4));
    }
  });

  it('has the same state however it was trimmed', () => {
    const whole = logOf(30);
    for (const kept of [1, 2, 3, 8, 16]) expect(logOf(30, kept).state).toEqual(whole.state);
  });

  it('refuses an entry whose id it has', () => {
    const log = logOf(3);
    const entry = { ...nextEntry(log.state, { kind: 'open' }), id: log.entries[1]!.id };
    expect(() => appendEntry(log, entry)).toThrow('an entry was decided for two epochs');
  });
});

describe('what a node that is behind is sent', () => {
  it('is what follows its epoch, at most so many entries', () => {
    const log = logOf(10);
    expect(epochsOf(logAfter(log, 7, 100))).toEqual([8, 9, 10]);
    expect(epochsOf(logAfter(log, 0, 3))).toEqual([1, 2, 3]);
    expect(logAfter(log, 10, 100)).toEqual({ snapshot: undefined, entries: [] });
    expect(logAfter(log, 50, 100)).toEqual({ snapshot: undefined, entries: [] });
  });

  it('is a snapshot first when the entries after its epoch are gone', () => {
    const log = logOf(20, 4);
    const { snapshot, entries } = logAfter(log, 3, 100);
    expect(snapshot).toBe(log.base);
    if (snapshot === undefined) throw new Error('there is a snapshot');
    expect(entries.reduce(appendEntry, logFromSnapshot(snapshot)).state).toEqual(log.state);
    const last = (log.base?.epoch ?? 0) - 1;
    expect(logAfter(log, last, 100).snapshot).toBe(log.base);
    expect(logAfter(log, last + 1, 100).snapshot).toBeUndefined();
  });
});
