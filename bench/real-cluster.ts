import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KvClient } from '../src/client/client.js';
import { GrpcClientTransport } from '../src/client/grpc/grpc-client-transport.js';
import { systemEnv } from '../src/client/grpc/system-env.js';
import type { Endpoint } from '../src/client/transport.js';

const LAUNCHER = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const START_MS = 30_000;

/** Node processes on loopback, with fresh data in a temporary directory. */
export interface RealCluster {
  readonly endpoints: readonly Endpoint[];
  readonly pids: readonly number[];
  client(): KvClient;
  /** Starts one more, which waits to join. */
  add(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `count` processes of the built program, and waits until all agree; `nodeArgs` are for Node.js, as `--cpu-prof`. */
export async function startRealCluster(
  count: number,
  nodeArgs: readonly string[] = [],
): Promise<RealCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'kv-bench-'));
  const children: ChildProcess[] = [];
  const endpoints: Endpoint[] = [];
  for (let i = 1; i <= count; i++) {
    const first = endpoints[0];
    const entry =
      first === undefined ? ['--init'] : ['--join', `${first.host}:${String(first.port)}`];
    const { child, endpoint } = await startNode(join(dir, `n${i}`), entry, nodeArgs);
    children.push(child);
    endpoints.push(endpoint);
  }
  const client = (): KvClient => {
    const env = systemEnv();
    return new KvClient({ ...env, endpoints, transport: new GrpcClientTransport(env) });
  };
  await agreed(client(), count);
  return {
    endpoints,
    pids: children.flatMap((child) => child.pid ?? []),
    client,
    add: async (name) => {
      const entry = ['--join', `${endpoints[0]?.host}:${endpoints[0]?.port}`];
      const { child } = await startNode(join(dir, name), entry, nodeArgs);
      children.push(child);
    },
    stop: async () => {
      await Promise.all(children.map(ended));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startNode(
  dir: string,
  entry: readonly string[],
  nodeArgs: readonly string[],
): Promise<{ child: ChildProcess; endpoint: Endpoint }> {
  const ready = `${dir}.json`;
  const name = basename(dir);
  const child = spawn(
    process.execPath,
    [
      ...nodeArgs,
      ...[LAUNCHER, 'node', 'start', '--name', name, '--host', name, '--data-dir', dir],
      ...['--listen', '127.0.0.1:0', '--ready-file', ready, '--log-level', 'error', ...entry],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const deadlineMs = performance.now() + START_MS;
  while (!existsSync(ready)) {
    if (child.exitCode !== null || performance.now() > deadlineMs)
      throw new Error(`${name} did not start`);
    await sleep(20);
  }
  const { listen } = JSON.parse(readFileSync(ready, 'utf8')) as { listen: string };
  const [host = '', port = ''] = listen.split(':');
  return { child, endpoint: { host, port: Number(port) } };
}

async function agreed(client: KvClient, count: number): Promise<void> {
  const deadlineMs = performance.now() + START_MS;
  for (;;) {
    const status = await client.status();
    if (status.ring.agreed === count && status.nodes.every((node) => node.liveness === 'up')) break;
    if (performance.now() > deadlineMs) throw new Error('the nodes do not agree');
    await sleep(50);
  }
  client.close();
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}
