import type { HistoryOperation, Violation } from '../workload/history.js';
import { byKey, type KeyHistory } from './key-history.js';
import { checkLinearizable } from './linearizability/linearizable.js';
import { lostWrites } from './lost-writes.js';
import { expiredValues, neverWritten } from './read-values.js';
import { versionsBack } from './versions-back.js';

/** Violations of one rule by one key that are told: the first show what is wrong. */
const TOLD = 3;

/** What a history shows. */
export interface HistoryCheck {
  /** In the order in which they were noticed. */
  readonly violations: readonly Violation[];
  /** What was held against a register: keys, operations on them, and keys whose search was given up. */
  readonly linearized: {
    readonly keys: number;
    readonly operations: number;
    readonly undecided: number;
  };
}

/** The rules that hold for each key; each yields its violations in the order in which the operations began. */
const RULES: readonly ((key: KeyHistory) => Generator<Violation>)[] = [
  neverWritten,
  expiredValues,
  lostWrites,
  versionsBack,
];

/** Holds a history against all rules about what was read and written, in time that grows hardly faster than its length. */
export function checkHistory(history: readonly HistoryOperation[]): HistoryCheck {
  const violations: Violation[] = [];
  const linearized = { keys: 0, operations: 0, undecided: 0 };
  for (const key of byKey(history)) {
    for (const rule of RULES) violations.push(...first(TOLD, rule(key)));
    const check = checkLinearizable(key);
    if (check.kind === 'not-eligible') continue;
    linearized.keys += 1;
    linearized.operations += check.operations;
    if (!check.decided) linearized.undecided += 1;
    if (check.violation !== undefined) violations.push(check.violation);
  }
  return { violations: violations.sort((a, b) => a.atMs - b.atMs), linearized };
}

function first<T>(count: number, items: Generator<T>): readonly T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}
