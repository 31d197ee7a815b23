import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/sim/faults/scenario-file.js';
import { brokenRules, runSeed } from '../run-seed.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
/** The seed that failed is in the file; as anything may draw a number more by now, its neighbours run too. */
const SEEDS = [1, 2, 3, 7];

describe.each(files)('what broke a rule once, and must not again: %s', (file) => {
  const scenario = parseScenario(readFileSync(`${FOLDER}${file}`, 'utf8'));

  it.each(SEEDS)('seed %i', async (seed) => {
    expect(brokenRules(await runSeed(seed, scenario))).toEqual([]);
  });
});
