import { existsSync } from 'node:fs';
import type { DashboardOptions, runDashboard } from '../tui/main.js';
import type { TickSource } from '../tui/source.js';
import { KvError } from '../node/core/errors.js';

interface Tui {
  readonly runDashboard: typeof runDashboard;
}

/** @throws KvError KV_NO_TERMINAL when nothing can be drawn here; loads nothing of the dashboard */
export async function requireTerminal(): Promise<void> {
  const problem = await terminalProblemHere();
  if (problem === undefined) return;
  throw new KvError('KV_NO_TERMINAL', `the dashboard needs a terminal: ${problem}`, {
    hints: ['kv status -w'],
  });
}

/** True when a dashboard could be drawn here. */
export async function hasTerminal(): Promise<boolean> {
  return (await terminalProblemHere()) === undefined;
}

/** Shows the dashboard on this terminal until the reader quits or `signal` aborts. @throws KvError KV_NO_TERMINAL */
export async function openDashboard(
  source: TickSource,
  options: Omit<DashboardOptions, 'stdin' | 'stdout' | 'stderr' | 'env'>,
): Promise<void> {
  await requireTerminal();
  const tui = await loadTui();
  const { stdin, stdout, stderr, env } = process;
  await tui.runDashboard(source, { ...options, stdin, stdout, stderr, env });
}

async function terminalProblemHere(): Promise<string | undefined> {
  const { terminalProblem } = await import('../tui/terminal-check.js');
  return terminalProblem(process, process.env);
}

/** The bundle that the build makes, which loads three times faster; the sources where there is none. */
async function loadTui(): Promise<Tui> {
  const bundle = new URL('../tui/main.mjs', import.meta.url);
  if (!existsSync(bundle)) return await import('../tui/main.js');
  // The bundle is made from that very module.
  return (await import(bundle.href)) as Tui;
}
