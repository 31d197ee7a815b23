import { setImmediate as nextImmediate } from 'node:timers/promises';

/** Resolves in the next turn of the event loop: after all microtasks, and after I/O that is ready. */
export function nextTurn(): Promise<void> {
  return nextImmediate();
}

/** Callbacks of one turn of the event loop: most of the price of a turn is its poll for I/O, which they share. */
const CALLS_PER_TURN = 128;

/**
 * Calls `run` again and again until it returns false, each time after all microtasks of the time before.
 * Rejects with what `run` throws.
 */
export function eachTurn(run: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const call = (): void => {
      if (ended) return;
      try {
        if (run()) return;
        ended = true;
        resolve();
      } catch (error) {
        ended = true;
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    // Node.js drains the microtasks between two immediates of one turn.
    const turn = (): void => {
      call();
      if (ended) return;
      for (let i = 1; i < CALLS_PER_TURN; i++) setImmediate(call);
      setImmediate(turn);
    };
    setImmediate(turn);
  });
}
