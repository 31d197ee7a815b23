import { onTestFinished } from 'vitest';
import { runDashboard, type DashboardOptions } from '../../src/tui/main.js';
import { fakeTick, SIX_NODES } from './fake-cluster.js';
import { makeTty, type Tty } from './make-tty.js';
import { ScriptedSource } from './scripted-source.js';

/** How the terminal is taken, and how it is given back. */
export const ENTER = '\x1b[?1049h';
export const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';

/** The first tick of a node. */
export const greeting = (viewedFrom: string): ReturnType<typeof fakeTick> =>
  fakeTick({ ...SIX_NODES, viewedFrom });

/** A dashboard on a terminal in memory. */
export interface Running {
  readonly tty: Tty;
  readonly source: ScriptedSource;
  readonly done: Promise<void>;
  /** Waits until that is on the screen. */
  readonly see: (text: string | RegExp) => Promise<string>;
}

/** Runs a dashboard until the test ends. */
export function open(
  options: Partial<DashboardOptions> = {},
  [columns, rows]: readonly [number, number] = [80, 24],
  source = new ScriptedSource(greeting),
): Running {
  const tty = makeTty(columns, rows);
  const closing = new AbortController();
  const { stdin, stdout } = tty;
  const env = { LANG: 'C.UTF-8' };
  const { signal } = closing;
  const done = runDashboard(source, {
    stdin,
    stdout,
    stderr: stdout,
    env,
    intervalMs: 1000,
    signal,
    ...options,
  });
  onTestFinished(async () => {
    closing.abort();
    await done.catch(() => undefined);
  });
  const see: Running['see'] = (text) =>
    tty.waitFor(
      (screen) => (typeof text === 'string' ? screen.includes(text) : text.test(screen)),
      String(text),
    );
  return { tty, source, done, see };
}
