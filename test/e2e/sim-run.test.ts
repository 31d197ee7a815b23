import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKv } from './kv-process.js';

const SHORT = ['--nodes', '3', '--clients', '2', '--minutes', '0.5'];

interface Document {
  readonly result: {
    readonly seed: number;
    readonly traceHash: string;
    readonly seeds: number;
    readonly found: number;
    readonly runs: readonly { readonly seed: number; readonly traceHash: string }[];
    readonly operations: { readonly total: number };
    readonly seedsPerSecond: number;
    readonly virtualToReal: number;
  };
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kv-sim-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function document(...args: readonly string[]): Promise<Document['result']> {
  const run = await runKv(['sim', 'run', ...SHORT, '--json', ...args]);
  expect(run.code).toBe(0);
  return (JSON.parse(run.stdout) as Document).result;
}

describe('kv sim run', () => {
  it('gives one trace for one seed, in any process', async () => {
    const first = await document('--seed', '42');
    const second = await document('--seed', '42');
    expect(first.traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(second.traceHash).toBe(first.traceHash);
    expect(first).toMatchObject({ seed: 42, seeds: 1, found: 0 });
    expect(first.operations.total).toBeGreaterThan(20);
    expect(first.seedsPerSecond).toBeGreaterThan(0);
    expect(first.virtualToReal).toBeGreaterThan(1);
  });

  it('runs a range, one trace each', async () => {
    const { runs, seeds } = await document('--seeds', '7..9');
    expect(runs.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    expect(new Set(runs.map(({ traceHash }) => traceHash)).size).toBe(3);
    expect(seeds).toBe(3);
  });

  it('prints a document for each seed as it ends, and one of all, where lines are asked for', async () => {
    const run = await runKv(['sim', 'run', ...SHORT, '-o', 'ndjson', '--seeds', '7..8']);
    const lines = run.stdout.trimEnd().split('\n');
    const results = lines.map((line) => (JSON.parse(line) as Document).result);
    expect(results).toMatchObject([
      { seed: 7, violations: 0 },
      { seed: 8, violations: 0 },
      { seeds: 2, runs: [{ seed: 7 }, { seed: 8 }] },
    ]);
  });

  it('plays a scenario, whose size the flags may change', async () => {
    const file = join(folder, 'one-crash.txt');
    await writeFile(file, 'nodes 3\nclients 2\nminutes 1\n\nat 12s crash n2 for 5s\n');
    const run = await runKv(['sim', 'run', '--seed', '1', '--faults', file]);
    expect(run.stdout).toContain('no rule broken');
    expect(run.stdout).toMatch(/faults +crash 1/);
    expect(run.code).toBe(0);
  });

  it.each([
    [['--seed', 'x'], /--seed takes whole numbers from 0 to 4294967295, such as 42, not "x"/],
    [['--seeds', '9..1'], /--seeds ends before it begins: 9\.\.1/],
    [['--seeds', '5'], /--seeds takes a range such as 1\.\.100, not "5"/],
    [['--seed', '1', '--seeds', '1..2'], /exclude each other/],
    [['--nodes', '2'], /--nodes takes a number from 3 to 100, not "2"/],
    [['--clients', '0'], /--clients takes a number from 1 to 100, not "0"/],
    [['--minutes', 'long'], /--minutes takes a number/],
    [['--faults', 'hevay'], /did you mean heavy\?/],
    [['--faults', '.'], /"\." is a directory/],
    [['--nodes', '3.5'], /--nodes takes a whole number, not 3\.5/],
    [
      ['--faults', 'nowhere.txt'],
      /--faults takes none, light, heavy, or a scenario file; there is no file "nowhere\.txt"/,
    ],
  ])('refuses %j in one line', async (args, message) => {
    const run = await runKv(['sim', 'run', ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr.split('\n')[0]).toMatch(message);
    expect(run.stdout).toBe('');
  });

  it('refuses flags that leave a machine of the scenario out', async () => {
    const file = join(folder, 'small.txt');
    await writeFile(file, 'nodes 5\nminutes 0.5\nat 5s crash n5 for 3s\n');
    const run = await runKv(['sim', 'run', '--faults', file, '--nodes', '3']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('needs n5, and there are 3 nodes');
  });

  it('refuses a scenario that does not fit, with its line', async () => {
    const file = join(folder, 'bad.txt');
    await writeFile(file, 'nodes 5\nat 12s crash n9 for 5s\n');
    const run = await runKv(['sim', 'run', '--faults', file]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`${file}: line 2: "n9" does not fit`);
  });
});
