import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Endpoint } from '../../src/client/transport.js';
import type { StagedProcess } from './staged-process.js';
import type { Stage } from './stage.js';

/** What a node writes to its ready file. */
interface ReadyFile {
  readonly name: string;
  readonly nodeId: string;
  readonly clusterId: string;
  readonly pid: number;
  readonly listen: string;
  readonly peer: string;
  readonly http: string;
  readonly dataDir: string;
}

/** A node process that serves. */
export interface RealNode {
  readonly process: StagedProcess;
  readonly ready: ReadyFile;
  readonly client: Endpoint;
}

/** Starts `kv node start` on free ports, without waiting for it. */
export function spawnNode(stage: Stage, name: string, extra: readonly string[]): StagedProcess {
  rmSync(readyFile(stage, name), { force: true });
  return stage.kv(nodeArguments(stage, name, extra));
}

/** The command line of a node of that name, with data and ready file in the directory of the test, unless `extra` says otherwise. */
export function nodeArguments(
  stage: Stage,
  name: string,
  extra: readonly string[],
): readonly string[] {
  const usual = [
    ['--name', name],
    ['--host', name],
    ['--listen', '127.0.0.1:0'],
    ['--data-dir', join(stage.dir, name)],
    ['--ready-file', readyFile(stage, name)],
  ];
  const missing = usual.filter(([flag = '']) => !extra.includes(flag));
  return ['node', 'start', ...missing.flat(), ...extra];
}

/** Starts a node, and waits until it serves. */
export async function startNode(
  stage: Stage,
  name: string,
  extra: readonly string[] = [],
): Promise<RealNode> {
  return await whenReady(stage, name, spawnNode(stage, name, extra));
}

/** The node that a process becomes once its ready file is there; fails when the process ends before. */
export async function whenReady(
  stage: Stage,
  name: string,
  process: StagedProcess,
): Promise<RealNode> {
  const file = readyFile(stage, name);
  const abort = new AbortController();
  const early = process.ended.then(({ code, signal }) => {
    throw new Error(
      `${name} ended with ${signal ?? String(code)}:\n${process.stdout}${process.stderr}`,
    );
  });
  try {
    await Promise.race([appears(file, abort.signal), early]);
  } finally {
    abort.abort();
    early.catch(() => undefined);
  }
  // Written whole by the node, in the shape of the interface.
  const ready = JSON.parse(readFileSync(file, 'utf8')) as ReadyFile;
  return { process, ready, client: endpointOf(ready.listen) };
}

export function endpointOf(address: string): Endpoint {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
}

function readyFile(stage: Stage, name: string): string {
  return join(stage.dir, `${name}.ready`);
}

function appears(file: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(file), { signal }, (_event, name) => {
      if (name === basename(file) && existsSync(file)) resolve();
    });
    // It ends by the signal, when another has won the race.
    watcher.on('error', () => undefined);
    if (existsSync(file)) resolve();
  });
}
