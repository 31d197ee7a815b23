import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bench = fileURLToPath(new URL('../../bench/sustained.ts', import.meta.url));
const SMALL = '--cache 1MiB --data 4MiB --max-disk 64MiB --write-buffer 1MiB --max-file-size 1MiB';

interface Report {
  readonly rows: readonly { readonly minute: number; readonly puts: number }[];
  readonly all: { readonly puts: number };
  readonly windows: readonly { readonly rate: number }[];
  readonly facts: Readonly<Record<string, string>>;
}

/** The document of a run with --json; what the tests look at is what they check. */
const reportOf = (text: string): Report => JSON.parse(text) as Report;

describe('the bench of sustained load', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kv-bench-test-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const start = (words: string) => {
    const args = ['--import', 'tsx', bench, ...SMALL.split(' '), ...words.split(' ')];
    const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: folder } });
    children.push(child);
    const output = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (output.out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output.err += data.toString()));
    return { child, output, closed: once(child, 'close') };
  };
  /** What tsx keeps of what it has compiled is not the bench's. */
  const left = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('kv-bench'));

  it('tells latencies, stalls and levels after a second, and leaves nothing behind', async () => {
    const { output, closed } = start('--minutes 0.02 --rate 50 --json');
    expect(await closed).toEqual([0, null]);
    const { all, facts, rows } = reportOf(output.out);
    expect(all.puts).toBeGreaterThan(10);
    expect(rows[0]).toMatchObject({ minute: 1, puts: all.puts });
    expect(facts).toMatchObject({ rate: '50/s, fixed' });
    expect(facts['levels']).toMatch(/\d: \d+ files/);
    expect(await left()).toEqual([]);
  });

  it('begins a search when no rate is given', async () => {
    const { output, closed } = start('--minutes 0.1 --json');
    expect(await closed).toEqual([0, null]);
    const { windows, facts } = reportOf(output.out);
    expect(windows[0]).toMatchObject({ rate: 100, held: false });
    expect(facts['rate']).toMatch(/held/);
  });

  it('stops at a signal, tells what it has, and leaves nothing behind', async () => {
    const { child, output, closed } = start('--minutes 30 --rate 50');
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(output.out).toContain('ended early: SIGINT');
    expect(await left()).toEqual([]);
  });
});
