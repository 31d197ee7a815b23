import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pass = "import { it } from 'vitest';\nit('holds', () => {});\n";
const fail = "import { it } from 'vitest';\nit('breaks', () => { throw new Error('no'); });\n";
const stray = "setTimeout(() => { throw new Error('nobody waits for this'); }, 0);\n";
const setup =
  "import { beforeAll, describe, it } from 'vitest';\ndescribe('s', () => {\nbeforeAll(() => { throw new Error('no'); });\nit('a', () => {});\nit('b', () => {});\n});\n";

describe('the last line of a test run', () => {
  let folder: string;

  beforeAll(async () => {
    // Inside the project, where the test runner is found.
    await mkdir(join(root, '.cache'), { recursive: true });
    folder = await mkdtemp(join(root, '.cache/count-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each<readonly [what: string, files: readonly string[], line: string]>([
    ['tests that hold', [pass, pass], '2 passed, 0 failed'],
    ['a test that breaks', [pass, fail], '1 passed, 1 failed'],
    ['a file that cannot be loaded', [pass, "import './missing.js';\n"], '1 passed, 1 failed'],
    [
      'an error outside every test',
      [pass + stray + "it('waits', () => new Promise((r) => setTimeout(r, 50)));\n"],
      '2 passed, 1 failed',
    ],
    ['tests whose preparation breaks', [pass, setup], '1 passed, 2 failed'],
  ])('counts %s', async (what, files, line) => {
    const project = join(folder, what.replaceAll(' ', '-'));
    await mkdir(project);
    await writeFile(join(project, 'vitest.config.mjs'), 'export default {};\n');
    await Promise.all(files.map((text, at) => writeFile(join(project, `${at}.test.mjs`), text)));

    const { status, stdout } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        `--reporter=${join(root, 'scripts/count-reporter.mjs')}`,
      ],
      { cwd: project, encoding: 'utf8' },
    );

    expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
    expect(status).toBe(line.endsWith(' 0 failed') ? 0 : 1);
  });
});
