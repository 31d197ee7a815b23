import { setImmediate as nextImmediate } from 'node:timers/promises';

/** Resolves in the next turn of the event loop: after all microtasks, and after I/O that is ready. */
export function nextTurn(): Promise<void> {
  return nextImmediate();
}
