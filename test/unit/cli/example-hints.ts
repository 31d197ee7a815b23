import type { HintReport } from '../../../src/node/core/views/hint-views.js';

const DOWN_MS = 192_000;
const COUNTS: Readonly<Record<string, number>> = { n1: 212_000, n2: 186_000 };

/** What a node of the invented cluster keeps for n4, a little over 2 KiB each. */
export function keptForN4(holder: string): readonly HintReport[] {
  const count = COUNTS[holder];
  if (count === undefined) return [];
  const kept: HintReport = {
    target: '00000000000000n4',
    count,
    bytes: count * 2400,
    oldestAgeMs: DOWN_MS,
    windowLeftMs: 3 * 3_600_000 - DOWN_MS,
    bytesPerSecond: 0,
    state: 'waiting',
  };
  return [kept];
}
