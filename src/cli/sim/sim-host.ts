import { eachTurn } from '../../node/io/turn.js';
import type { SimHost } from '../../sim/run/sim-options.js';
import { Interrupted } from '../exit-codes.js';

/**
 * Runs work with what a simulation needs of this process: its turns, and the rejections that nobody handles.
 * @throws Interrupted after Ctrl-C, between two events of the simulation
 */
export async function withSimHost<T>(work: (host: SimHost) => Promise<T>): Promise<T> {
  const defects: unknown[] = [];
  let stopped = false;
  const note = (reason: unknown): void => {
    defects.push(reason);
  };
  const stop = (): void => {
    stopped = true;
  };
  const turns: SimHost['turns'] = (run) =>
    eachTurn(() => {
      if (stopped) throw new Interrupted();
      return run();
    });
  process.on('unhandledRejection', note);
  process.on('SIGINT', stop);
  try {
    const interrupted = (): boolean => stopped;
    return await work({ turns, takeDefects: () => defects.splice(0), interrupted });
  } finally {
    process.off('unhandledRejection', note);
    process.off('SIGINT', stop);
  }
}
