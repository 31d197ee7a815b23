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
    expect(stderr).toMatch(/^Error: unknown flag --nonsense\n/);
    expect(stderr).not.toContain('    at ');
  });
});

describe('the program', () => {
  it.each(['--version', '-V'])('answers %s as oclif does', (flag) => {
    const fast = kv([flag]);
    const oclif = kv([flag, '--']);

    expect(fast.stdout).toBe(oclif.stdout);
    expect(fast.stdout).toMatch(/^kv\/\d/);
    expect(fast.status).toBe(0);
  });

  it.each([[['--help']], [['-h']], [['help']], [[]]])('explains itself on %j', (args) => {
    const { status, stdout } = kv(args);

    expect(stdout).toContain('USAGE');
    expect(stdout).toContain('version');
    expect(status).toBe(0);
  });

  it('refuses an unknown command with exit code 127', () => {
    expect(kv(['nonsense']).status).toBe(127);
  });

  it('ends quietly when the reader of its output is gone', async () => {
    const child = spawn(process.execPath, ['bin/run.js', 'help'], { cwd: root });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each<readonly [readonly string[], NodeJS.ProcessEnv, boolean]>([
    [['--help'], { FORCE_COLOR: '1' }, true],
    [['--help'], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [['--help'], { FORCE_COLOR: '1', KV_NO_COLOR: '1' }, false],
    [['--help', '--no-color'], { FORCE_COLOR: '1' }, false],
    [['--help', '--color', 'never'], { FORCE_COLOR: '1' }, false],
    [['--help', '--color=never'], { FORCE_COLOR: '1' }, false],
    [['--help', '--color=always'], { NO_COLOR: '1' }, true],
  ])('%j under %j is coloured: %s', (args, env, coloured) => {
    expect(kv(args, env).stdout.includes('\u001B[')).toBe(coloured);
  });
});
