import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { endOf, lastEndOf } from '../../../../src/sim/faults/fault-parts.js';
import { formatScenario } from '../../../../src/sim/faults/format-scenario.js';
import { durationOf, type Scenario } from '../../../../src/sim/faults/scenario.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';

const FOLDER = new URL('../../../scenarios/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));

function textOf(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8');
}

function scenarioOf(name: string): Scenario {
  return parseScenario(textOf(`${name}.txt`));
}

describe('the named scenarios', () => {
  it('are all there', () => {
    expect(FILES.map((file) => file.replace('.txt', ''))).toEqual([
      'all-nodes-lose-power',
      'asymmetric-partition',
      'away-longer-than-grace',
      'client-clock-400ms-ahead',
      'cloned-node',
      'flapping-node',
      'full-disk',
      'isolated-coordinator',
      'long-pause',
      'minority-partition',
      'node-clock-one-hour-ahead',
      'rolled-back-disk',
      'rolling-restart',
      'slow-disk',
    ]);
  });

  it.each(FILES)('say what they show, in a file of that name: %s', (file) => {
    const text = textOf(file);
    const scenario = parseScenario(text);
    expect(`${scenario.name}.txt`).toBe(file);
    expect(scenario.description).toMatch(/^[A-Z].+\.$/);
    expect(text).toMatch(/^# [A-Z]/);
    expect(scenario.faults).not.toEqual([]);
    expect(parseScenario(formatScenario(scenario))).toEqual(scenario);
  });

  it.each(FILES)('leave a calm minute at the end: %s', (file) => {
    const scenario = parseScenario(textOf(file));
    expect(lastEndOf(scenario.faults)).toBeLessThanOrEqual(durationOf(scenario) - 60_000);
  });

  it('restart each node once, one after the other, in the rolling restart', () => {
    const { faults } = scenarioOf('rolling-restart');
    expect(faults.map(({ fault }) => ('node' in fault ? fault.node : ''))).toEqual([
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
    ]);
    for (const [i, { atMs }] of faults.entries()) {
      const before = faults[i - 1];
      if (before !== undefined) expect(atMs).toBeGreaterThan(endOf(before) + 30_000);
    }
  });
});
