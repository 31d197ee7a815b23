import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TerminalSession } from '../../tui/terminal-session.js';
import { Stage } from '../stage.js';
import { endLocalCluster, gone, processesOf, recordedState } from './local-cluster.js';

let stage: Stage;
let dir: string;

beforeAll(() => {
  stage = new Stage();
  dir = join(stage.dir, 'dev');
});

afterAll(async () => {
  await endLocalCluster(dir);
  await stage.clear();
});

describe('kv dev on a terminal', () => {
  it('shows a killed node suspect, then down, then up again, and leaves the terminal as it was', async () => {
    const session = new TerminalSession(`node bin/run.js dev --dir ${dir}`);
    try {
      await session.see(/HEALTHY.*\n[^]*3 nodes: 3 up/);
      expect(session.isAlternate).toBe(true);
      session.type('3');
      await session.see('[3Gossip]');
      const pids = processesOf(recordedState(dir));

      await stage.command(['dev', 'kill', 'n2', '--dir', dir]);
      await session.see(/\? n2 +suspect/);
      await session.see(/x n2 +down/);
      await stage.command(['dev', 'start', 'n2', '--dir', dir]);
      await session.see(/ n2 +up/);
      const again = processesOf(recordedState(dir));

      session.type('q');
      const screen = await session.see('END');
      expect(session.isAlternate).toBe(false);
      expect(screen).toContain('before');
      expect(screen).toContain('exit=0');
      expect(session.output.slice(session.output.lastIndexOf('exit='))).toMatch(/(?<!-)\becho\b/);
      await gone([...pids, ...again]);
    } finally {
      session.end();
    }
  }, 120_000);
});
