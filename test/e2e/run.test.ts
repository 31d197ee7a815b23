import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the built program the way a shell does. */
function kv(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['bin/run.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
  });
}

describe('kv version', () => {
  it('prints one line for people', () => {
    const { status, stdout, stderr } = kv(['version']);

    expect(stdout).toMatch(/^kv \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+, \w+-\w+\)\n$/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each([[['--json']], [['-o', 'json']], [['--output=ndjson']]])(
    'prints %j for programs',
    (flags) => {
      const { status, stdout } = kv(['version', ...flags]);

      expect(JSON.parse(stdout)).toMatchObject({
        schemaVersion: 1,
        command: 'version',
        result: { node: process.versions.node, platform: process.platform, arch: process.arch },
      });
      expect(stdout.trimEnd().includes('\n')).toBe(!flags.includes('--output=ndjson'));
      expect(status).toBe(0);
    },
  );

  it('refuses a flag that it does not know with exit code 2 and no stack trace', () => {
    const { status, stdout, stderr } = kv(['version', '--nonsense']);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Nonexistent flag: --nonsense');
    expect(stderr).not.toContain('    at ');
  });
});
