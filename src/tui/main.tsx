import type { ReadStream, WriteStream } from 'node:tty';
import { render, type Instance } from 'ink';
import { Deferred } from '../stdx/deferred.js';
import { App } from './App.js';
import { Dashboard } from './dashboard.js';
import { inkOutput } from './ink-output.js';
import type { TickSource } from './source.js';
import { initialState, type Moment, type ViewName } from './state.js';
import { Store } from './store.js';
import { Terminal } from './terminal.js';
import { makeTheme, wantsAscii, wantsColor } from './theme.js';

export interface DashboardOptions {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly intervalMs: number;
  /** Undefined: as the locale and TERM suggest. */
  readonly ascii?: boolean | undefined;
  /** Undefined: unless the environment asks for none. */
  readonly color?: boolean | undefined;
  readonly initialView?: ViewName | undefined;
  /** Called when the reader quits, before the returned promise resolves. */
  readonly onQuit?: (() => void) | undefined;
  /** Closes the dashboard from outside. */
  readonly signal?: AbortSignal | undefined;
  /** Folder that snapshots are saved in; the current one if undefined. */
  readonly folder?: string | undefined;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What ended the dashboard. */
type End =
  | { readonly kind: 'quit' | 'closed' }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals };

/**
 * Shows the dashboard until the reader quits, `signal` aborts, or a signal of the system arrives; the terminal is then as it was before.
 * Rejects, also with the terminal restored, on a defect. A signal that nobody else listens to ends the process as it would have without a dashboard.
 */
export async function runDashboard(source: TickSource, options: DashboardOptions): Promise<void> {
  const terminal = new Terminal(options);
  const store = makeStore(terminal, options);
  const ending = new Deferred<End>();
  const dashboard = new Dashboard({
    source,
    store,
    terminal,
    theme: themeOf(options),
    folder: options.folder ?? process.cwd(),
    quit: () => ending.resolve({ kind: 'quit' }),
  });
  const stopListening = listen(terminal, { store, options, end: (how) => ending.resolve(how) });
  terminal.enter();
  let instance: Instance | undefined;
  let end: End;
  try {
    instance = draw(terminal, { store, dashboard, options });
    store.start();
    const drawing = instance.waitUntilExit();
    // Neither ends by itself: if one does, it is by a defect.
    const failing = Promise.all([dashboard.follow(), drawing]).then(() => ending.promise);
    end = await Promise.race([ending.promise, failing]);
  } finally {
    terminal.leave();
    stopListening();
    store.close();
    dashboard.stop();
    instance?.unmount();
    options.stdin.unref();
  }
  if (end.kind === 'quit') options.onQuit?.();
  if (end.kind === 'signal' && process.listenerCount(end.signal) === 0) {
    process.kill(process.pid, end.signal);
  }
}

function themeOf({ ascii, color, env }: DashboardOptions): ReturnType<typeof makeTheme> {
  return makeTheme({ ascii: ascii ?? wantsAscii(env), color: color ?? wantsColor(env) });
}

function makeStore(terminal: Terminal, options: DashboardOptions): Store {
  const read = (): Moment => ({ monoMs: performance.now(), wallMs: Date.now() });
  const state = initialState(read(), {
    size: terminal.size(),
    intervalMs: options.intervalMs,
    view: options.initialView ?? 'overview',
  });
  return new Store(state, read);
}

function draw(
  terminal: Terminal,
  parts: {
    readonly store: Store;
    readonly dashboard: Dashboard;
    readonly options: DashboardOptions;
  },
): Instance {
  const { store, dashboard, options } = parts;
  const onStrokes = dashboard.strokes;
  const onFrame = (lines: readonly string[]): void => terminal.writer.show(lines);
  const theme = themeOf(options);
  return render(<App {...{ store, theme, onStrokes, onFrame }} />, {
    stdin: options.stdin,
    stdout: inkOutput(() => terminal.size().columns),
    stderr: options.stderr,
    // Each update at once, none held back or compared: the store decides when there is one.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
}

/** What comes from outside: sizes, signals, being continued, being closed. */
function listen(
  terminal: Terminal,
  parts: {
    readonly store: Store;
    readonly options: DashboardOptions;
    readonly end: (how: End) => void;
  },
): () => void {
  const { store, options, end } = parts;
  const stopResize = terminal.onResize((size) => store.dispatch({ type: 'resize', size }, true));
  const handlers = SIGNALS.map((signal) => ({
    signal,
    handle: (): void => end({ kind: 'signal', signal }),
  }));
  for (const { signal, handle } of handlers) process.on(signal, handle);
  const continued = (): void => terminal.resume(true);
  process.on('SIGCONT', continued);
  const close = (): void => end({ kind: 'closed' });
  options.signal?.addEventListener('abort', close, { once: true });
  if (options.signal?.aborted === true) close();
  return () => {
    stopResize();
    for (const { signal, handle } of handlers) process.off(signal, handle);
    process.off('SIGCONT', continued);
    options.signal?.removeEventListener('abort', close);
  };
}
