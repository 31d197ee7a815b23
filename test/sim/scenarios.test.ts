import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/sim/faults/scenario-file.js';
import { brokenRules, runSeed } from './run-seed.js';

const FOLDER = fileURLToPath(new URL('../scenarios/', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

describe('the named scenarios', () => {
  it.each(files)('break no rule: %s', { timeout: 120_000 }, async (file) => {
    const scenario = parseScenario(readFileSync(`${FOLDER}${file}`, 'utf8'));
    const report = await runSeed(1, scenario);
    expect(brokenRules(report)).toEqual([]);
    const struck = Object.values(report.faults).reduce((sum, count) => sum + count, 0);
    expect(struck).toBe(scenario.faults.length);
  });
});
