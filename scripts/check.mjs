import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Everything that has to be green before a commit: `npm run check`.
 *
 * All steps run, so that one look shows all that is wrong; the exit code is 1 if any of them failed.
 * Generated files have to be staged or committed: what is compared is the working tree with the index.
 */
const cwd = fileURLToPath(new URL('..', import.meta.url));
const generated = ['oclif.manifest.json', 'src/generated'];
const fast = ['memory', 'alone', 'commands', 'processes'];
const bin = (path, ...args) => [process.execPath, `node_modules/${path}`, ...args];

const steps = [
  ['generated code', [process.execPath, 'scripts/gen-proto.mjs']],
  ['build', [process.execPath, 'scripts/build.mjs']],
  ['freshness', ['git', 'diff', '--exit-code', '--stat', '--', ...generated]],
  [
    'no stray generated file',
    ['git', 'ls-files', '--others', '--exclude-standard', '--', ...generated],
    'silent',
  ],
  ['types', bin('typescript/bin/tsc', '-p', 'tsconfig.json')],
  ['lint', bin('eslint/bin/eslint.js', '.')],
  ['format', bin('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['layers', bin('dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'test', 'bench')],
  ['dead code', bin('knip/bin/knip.js')],
  ['tests', bin('vitest/vitest.mjs', 'run', ...fast.flatMap((name) => ['--project', name]))],
];

/** Runs one step and answers whether it passed; a silent step fails when it says anything. */
function passes([name, [command, ...args], silent]) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', silent ? 'pipe' : 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (silent) process.stdout.write(stdout);
  const passed = status === 0 && !(silent && stdout !== '');
  console.log(
    `== ${name}: ${passed ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return passed;
}

const failed = steps.filter((step) => !passes(step)).map(([name]) => name);
console.log(failed.length === 0 ? '\ncheck: ok' : `\ncheck: FAILED: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
