import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A Unix socket's path may have 107 bytes; longer ones are cut silently by some systems. */
const SOCKET_PATH_MAX = 100;

/** Where the local cluster keeps its data and its state: `--dir`, else below the XDG state directory. */
export function devDir(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (flag !== undefined) return resolve(flag);
  const state = env['XDG_STATE_HOME'];
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return resolve(base, 'kv', 'dev');
}

/** Files of a local cluster. */
export interface DevPaths {
  readonly dir: string;
  readonly stateFile: string;
  readonly socket: string;
  readonly supervisorLog: string;
}

export function devPaths(dir: string): DevPaths {
  const beside = join(dir, 'control.sock');
  const digest = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  const short = join(tmpdir(), `kv-dev-${digest}.sock`);
  return {
    dir,
    stateFile: join(dir, 'state.json'),
    socket: Buffer.byteLength(beside) <= SOCKET_PATH_MAX ? beside : short,
    supervisorLog: join(dir, 'supervisor.log'),
  };
}

/** Files of one node of it. */
export interface NodePaths {
  readonly dataDir: string;
  readonly readyFile: string;
  readonly logFile: string;
}

export function nodePaths(dir: string, name: string): NodePaths {
  return {
    dataDir: join(dir, name, 'data'),
    readyFile: join(dir, name, 'ready.json'),
    logFile: join(dir, name, 'node.log'),
  };
}

/** True when the directory of a node already belongs to a cluster. */
export function hasIdentity(dir: string, name: string): boolean {
  return existsSync(join(nodePaths(dir, name).dataDir, 'identity.json'));
}

/** The names of the first `count` nodes: n1, n2 ... */
export function nodeNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}
