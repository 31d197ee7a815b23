import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type DevNode } from './dev-state.js';

const END_MS = 12_000;
const LOOK_MS = 50;

/**
 * Waits for the end of the nodes that a killed supervisor has left. They notice by themselves that it is gone, but those that
 * are paused must be let go on first.
 */
export async function endLeftovers(nodes: readonly DevNode[]): Promise<void> {
  const pids = nodes.flatMap(({ pid }) => (pid !== undefined && letGoOn(pid) ? pid : []));
  const deadlineMs = performance.now() + END_MS;
  while (pids.some(isAlive) && performance.now() < deadlineMs) await sleep(LOOK_MS);
}

/** False when there is no such process of this user. To one that has the number by chance it does nothing. */
function letGoOn(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGCONT');
  } catch {
    return false;
  }
}
