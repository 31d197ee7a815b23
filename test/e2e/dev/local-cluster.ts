import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../staged-process.js';

const GONE_MS = 20_000;

/** What `kv dev` records about itself. */
export interface RecordedState {
  readonly pid: number;
  readonly nodes: readonly {
    readonly name: string;
    readonly pid?: number | undefined;
    readonly state: string;
    readonly listen: string;
  }[];
}

/** The state that the supervisor of a directory has recorded. */
export function recordedState(dir: string): RecordedState {
  // Written by `kv dev`, whole.
  return JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as RecordedState;
}

/** The processes of a local cluster that runs: supervisor and nodes. */
export function processesOf({ pid, nodes }: RecordedState): readonly number[] {
  return [pid, ...nodes.flatMap((node) => node.pid ?? [])];
}

/** Resolves when none of the processes exists any more; they are no children of this one, so nobody tells of their end. */
export async function gone(pids: readonly number[]): Promise<void> {
  const deadlineMs = performance.now() + GONE_MS;
  while (pids.some(isAlive)) {
    if (performance.now() > deadlineMs)
      throw new Error(`still running: ${pids.filter(isAlive).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends what a test that failed has left of a local cluster. */
export async function endLocalCluster(dir: string): Promise<void> {
  if (!existsSync(join(dir, 'state.json'))) return;
  const pids = processesOf(recordedState(dir)).filter(isAlive);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await gone(pids);
}
