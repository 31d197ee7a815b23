import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, type StagedProcess } from '../staged-process.js';
import { Stage } from '../stage.js';
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

  it('prints the status when there is no terminal, and what to try', async () => {
    const process = start();
    await serving(process);
    // What was written to the other stream first may be read last.
    await expect.poll(() => process.stdout).toMatch(/^dev {2}HEALTHY {3}2 nodes: 2 up/);
    expect(process.stderr).toContain('try: npx kv put hello world');
    process.signal('SIGTERM');
    await process.ended;
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops everything at %s and ends well',
    async (signal) => {
      const process = start();
      const pids = await serving(process);
      process.signal(signal);
      const end = await process.ended;
      await gone(pids);
      if (program === 'kv dev') {
        expect(end).toEqual({ code: 0, signal: null });
        expect(process.stderr).toContain('the local cluster has stopped; its data stays');
      }
    },
  );

  it('that is killed leaves no process behind', async () => {
    const process = start();
    const pids = await serving(process);
    process.signal('SIGKILL');
    expect((await process.ended).signal).toBe('SIGKILL');
    await gone(pids);
  });
});

describe('kv dev up', () => {
  it('whose supervisor is killed leaves no process behind, and is up again', async () => {
    const up = await stage.command(['dev', 'up', '-n', '2', '--dir', dir]);
    expect(up.code).toBe(0);
    const state = recordedState(dir);
    process.kill(state.pid, 'SIGKILL');
    await gone(processesOf(state));
    const status = await stage.command(['dev', 'status', '--dir', dir]);
    expect(status.stdout).toContain('not running');

    const again = await stage.command(['dev', 'up', '--dir', dir]);
    expect(again.code).toBe(0);
    await stage.command(['dev', 'down', '--dir', dir]);
  });

  it('ends what an earlier supervisor that was killed has left paused', async () => {
    await stage.command(['dev', 'up', '-n', '2', '--dir', dir]);
    await stage.command(['dev', 'pause', 'n2', '--dir', dir]);
    const state = recordedState(dir);
    process.kill(state.pid, 'SIGKILL');
    const again = await stage.command(['dev', 'up', '--dir', dir]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    await gone(processesOf(state));
    await stage.command(['dev', 'down', '--dir', dir]);
  });
});
