import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds everything that is run or shipped: dist/ from src/, the command manifest, the dashboard bundle.
 *
 * A fresh dist/ replaces the old one whole: oclif loads every file under dist/commands, so a command that
 * was renamed or deleted would otherwise live on, and a process that runs from dist/ never sees half of it.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

function step(...args) {
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

mkdirSync('.cache', { recursive: true });
const work = mkdtempSync('.cache/build-');
const fresh = join(work, 'dist');

let failed = step(
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--outDir',
  fresh,
);
if (existsSync('src/tui/main.tsx')) failed ||= step('scripts/build-tui.mjs', join(fresh, 'tui'));

if (existsSync(fresh)) {
  if (existsSync('dist')) renameSync('dist', join(work, 'old'));
  renameSync(fresh, 'dist');
  failed = step('scripts/write-manifest.mjs') || failed;
}
rmSync(work, { recursive: true, force: true });
process.exit(failed);
