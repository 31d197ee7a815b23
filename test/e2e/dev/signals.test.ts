import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, type StagedProcess } from '../staged-process.js';
import { Stage, type CommandEnd } from '../stage.js';
import { endLocalCluster, gone, processesOf, recordedState } from './local-cluster.js';

let stage: Stage;
let dir: string;

beforeEach(() => {
  stage = new Stage();
  dir = join(stage.dir, 'dev');
});

afterEach(async () => {
  await endLocalCluster(dir);
  await stage.clear();
});

/** Waits until the local cluster serves, and gives its processes. */
async function serving(process: StagedProcess): Promise<readonly number[]> {
  await process.line(/serving until Ctrl-C/);
  const pids = processesOf(recordedState(dir));
  expect(pids).toHaveLength(3);
  expect(pids.every(isAlive)).toBe(true);
  return pids;
}

// Without the scripts around it, which build: the tests run what is built.
const START = ['npm', 'start', '--silent', '--ignore-scripts', '--', '-n', '2'];

describe.each(['kv dev', 'npm start'] as const)('%s', (program) => {
  const start = (): StagedProcess =>
    program === 'kv dev'
      ? stage.kv(['dev', '-n', '2', '--dir', dir])
      : stage.run([...START, '--dir', dir]);

  it('prints the status when there is no terminal, and what to try, and stops everything at SIGTERM', async () => {
    const process = start();
    const pids = await serving(process);
    // What was written to the other stream first may be read last.
    await expect.poll(() => process.stdout).toMatch(/^dev {2}HEALTHY {3}2 nodes: 2 up/);
    expect(process.stderr).toContain('try: npx kv put hello world');
    await expectEnd(process, { signal: 'SIGTERM', pids });
  });

  it('stops everything at SIGINT', async () => {
    const process = start();
    const pids = await serving(process);
    await expectEnd(process, { signal: 'SIGINT', pids });
  });

  async function expectEnd(
    process: StagedProcess,
    { signal, pids }: { signal: NodeJS.Signals; pids: readonly number[] },
  ): Promise<void> {
    process.signal(signal);
    const end = await process.ended;
    await gone(pids);
    if (program === 'npm start') return;
    expect(end).toEqual({ code: 0, signal: null });
    expect(process.stderr).toContain('the local cluster has stopped; its data stays');
  }

  it('that is killed leaves no process behind', async () => {
    const process = start();
    const pids = await serving(process);
    process.signal('SIGKILL');
    expect((await process.ended).signal).toBe('SIGKILL');
    await gone(pids);
  });
});

describe('kv dev up', () => {
  const dev = (...args: readonly string[]): Promise<CommandEnd> =>
    stage.command(['dev', ...args, '--dir', dir]);

  it('whose supervisor is killed leaves no process behind but those that stand still, and is up again', async () => {
    expect((await dev('up', '-n', '2')).code).toBe(0);
    const first = recordedState(dir);
    process.kill(first.pid, 'SIGKILL');
    await gone(processesOf(first));
    expect((await dev('status')).stdout).toContain('not running');

    expect((await dev('up')).code).toBe(0);
    await dev('pause', 'n2');
    const second = recordedState(dir);
    process.kill(second.pid, 'SIGKILL');
    expect(await dev('up')).toMatchObject({ code: 0, stderr: '' });
    await gone(processesOf(second));
    await dev('down');
  });
});
