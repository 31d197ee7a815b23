import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Builds everything that is run or shipped: dist/ from src/, the command manifest, the dashboard bundle.
 *
 * dist/ is emptied first: oclif loads every file under dist/commands, so a command that was renamed or
 * deleted would otherwise live on.
 */
const cwd = fileURLToPath(new URL('..', import.meta.url));

function step(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
step('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
step('scripts/write-manifest.mjs');
if (existsSync(new URL('../src/tui/main.tsx', import.meta.url))) step('scripts/build-tui.mjs');
