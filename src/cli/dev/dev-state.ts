import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export type DevNodeState = 'starting' | 'running' | 'paused' | 'stopped' | 'killed' | 'exited';

/** One node process of the local cluster. */
export interface DevNode {
  readonly name: string;
  /** Undefined when no process runs. */
  readonly pid: number | undefined;
  readonly state: DevNodeState;
  readonly listen: string;
  readonly peer: string;
  readonly http: string;
}

/** What the supervisor tells others, in `state.json` and over its socket. */
export interface DevState {
  readonly version: 1;
  readonly dir: string;
  /** Process that supervises. */
  readonly pid: number;
  readonly mode: 'foreground' | 'background';
  readonly nodes: readonly DevNode[];
}

/** The recorded state, or undefined when there is none that makes sense. */
export function readDevState(file: string): DevState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // No file: no cluster was started here yet.
    return undefined;
  }
  try {
    const state: unknown = JSON.parse(text);
    return isDevState(state) ? state : undefined;
  } catch {
    // A torn file: the next supervisor writes it anew.
    return undefined;
  }
}

export function writeDevState(file: string, state: DevState): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(temporary, file);
}

/** True while a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isDevState(value: unknown): value is DevState {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'version' in value &&
    value.version === 1 &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'nodes' in value &&
    Array.isArray(value.nodes)
  );
}
