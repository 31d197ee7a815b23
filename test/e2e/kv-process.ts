import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How one run of the built program ended. */
export interface KvRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** What a pipe to its standard input holds; without it that is /dev/null. */
  readonly input?: Uint8Array | string | undefined;
}

/** The environment of a program that knows nothing of this machine's settings and clusters. */
function cleanEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(KV_|NO_COLOR|FORCE_COLOR|NODE_ENV|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(inherited), XDG_STATE_HOME: '/nonexistent', ...extra };
}

/** A run whose outputs are read by the test. */
type KvChild = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/** Starts the built program the way a shell does. */
export function startKv(args: readonly string[], options: RunOptions = {}): KvChild {
  const child = spawn(process.execPath, ['bin/run.js', ...args], {
    cwd: root,
    env: cleanEnv(options.env),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // Its outputs are pipes, as the line above says.
  return child as KvChild;
}

/** Runs the built program to its end. */
export async function runKv(args: readonly string[], options: RunOptions = {}): Promise<KvRun> {
  const child = startKv(args, options);
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // It may end before it has read everything.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  const [code] = (await once(child, 'close')) as [number | null];
  const bytes = Buffer.concat(out);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString() };
}

/** A node in a process of its own. */
export interface NodeProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** `host:port` for clients. */
  readonly listen: string;
  /** What it has said on standard error. */
  readonly notes: () => string;
}

/** Nodes on free ports, with their data in a temporary directory that goes with them. */
export class TestNodes {
  readonly #running: NodeProcess[] = [];
  #folder: string | undefined;

  /** Begins a cluster with the first node and enters it with the others; each serves when it is returned. */
  async start(count: number): Promise<readonly NodeProcess[]> {
    this.#folder = await mkdtemp(join(tmpdir(), 'kv-nodes-'));
    const first = await this.#startOne('n1', ['--init']);
    const others = Array.from({ length: count - 1 }, (_, i) =>
      this.#startOne(`n${i + 2}`, ['--join', first.listen]),
    );
    await Promise.all(others);
    return this.#running.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Starts one more node, which enters the cluster that runs. */
  async add(name: string): Promise<NodeProcess> {
    return await this.#startOne(name, ['--join', this.#running[0]!.listen]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(({ child }) => kill(child)));
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #startOne(name: string, how: readonly string[]): Promise<NodeProcess> {
    const dataDir = join(this.#folder ?? '', name);
    const child = startKv([
      ...['node', 'start', '--name', name, '--data-dir', dataDir],
      ...['--listen', '127.0.0.1:0', '--log-format', 'json', ...how],
    ]);
    const [said, notes]: [string[], string[]] = [[], []];
    child.stderr.on('data', (chunk: Buffer) => notes.push(chunk.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      const listen = /"listen":"([^"]+)"/.exec(line)?.[1];
      if (listen === undefined) continue;
      // Its log must not fill the pipe.
      child.stdout.resume();
      const node = { name, child, listen, notes: () => notes.join('') };
      this.#running.push(node);
      return node;
    }
    throw new Error(`${name} did not start:\n${[...said, ...notes].join('\n')}`);
  }
}

/** Ends a process as SIGKILL does, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'exit');
  child.kill('SIGKILL');
  await closed;
}
