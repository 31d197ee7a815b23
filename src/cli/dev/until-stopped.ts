/** A terminal's Ctrl-C reaches a process from the terminal and again from npm: signals this close count as one. */
const SAME_SIGNAL_MS = 500;
const PARENT_MS = 250;

export interface StopHandlers {
  /** The first signal: end everything in order. */
  readonly stop: () => void;
  /** The second: end everything at once. */
  readonly force: () => void;
}

/**
 * Calls `stop` at the first signal and `force` at the next one, and `stop` when npm, having started this process, is gone:
 * killed, it cannot pass a signal on.
 */
export function onStopSignals({ stop, force }: StopHandlers): void {
  let stoppedAtMs: number | undefined;
  const onSignal = (): void => {
    if (stoppedAtMs === undefined) {
      stoppedAtMs = performance.now();
      stop();
    } else if (performance.now() - stoppedAtMs > SAME_SIGNAL_MS) force();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && stoppedAtMs === undefined) onSignal();
  }, PARENT_MS).unref();
}
