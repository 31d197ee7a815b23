import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseScenario } from '../../src/sim/faults/scenario-file.js';
import type { Scenario } from '../../src/sim/faults/scenario.js';
import { brokenRules, runSeed } from './run-seed.js';

const FOLDER = fileURLToPath(new URL('../scenarios/', import.meta.url));
const MINUTE_MS = 60_000;

/** Plays every named scenario, until so long after its last fault or to its end. */
export function playScenarios(afterMs: number): void {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  it.each(files)('break no rule: %s', { timeout: 120_000 }, async (file) => {
    const scenario = parseScenario(readFileSync(`${FOLDER}${file}`, 'utf8'));
    const minutes = Math.min(scenario.minutes, (lastFaultMs(scenario) + afterMs) / MINUTE_MS);
    const report = await runSeed(1, { ...scenario, minutes });
    expect(brokenRules(report)).toEqual([]);
    const struck = Object.values(report.faults).reduce((sum, count) => sum + count, 0);
    expect(struck).toBe(scenario.faults.length);
  });
}

/** When the last fault is over. */
function lastFaultMs({ faults }: Scenario): number {
  const ends = faults.map(({ atMs, fault }) => atMs + ('forMs' in fault ? fault.forMs : 0));
  return Math.max(...ends);
}
