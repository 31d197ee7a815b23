import { eachTurn } from '../../node/io/turn.js';
import type { SimHost } from '../../sim/run/simulate.js';

/** Runs work with what a simulation needs of this process: its turns, and the rejections that nobody handles. */
export async function withSimHost<T>(work: (host: SimHost) => Promise<T>): Promise<T> {
  const defects: unknown[] = [];
  const note = (reason: unknown): void => {
    defects.push(reason);
  };
  process.on('unhandledRejection', note);
  try {
    return await work({ turns: eachTurn, takeDefects: () => defects.splice(0) });
  } finally {
    process.off('unhandledRejection', note);
  }
}
