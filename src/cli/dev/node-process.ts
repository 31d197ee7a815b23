import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { KvError } from '../../node/core/errors.js';
import { nodePaths, type NodePaths } from './dev-dir.js';
import type { DevNode, DevNodeState } from './dev-state.js';
import { endOfLog, failedStart } from './failed-start.js';
import type { NodePorts } from './ports.js';

const READY_MS = 30_000;

export interface NodeProcessOptions {
  readonly dir: string;
  readonly name: string;
  readonly ports: NodePorts;
  /** The launcher that starts `kv`. */
  readonly binary: string;
  /** Called at every change of state. */
  readonly changed: () => void;
}

/** One `kv node start` of the local cluster, in a process group of its own: a terminal's Ctrl-C reaches only the supervisor. */
export class NodeProcess {
  readonly name: string;
  readonly #options: NodeProcessOptions;
  readonly #paths: NodePaths;
  #child: ChildProcess | undefined;
  #state: DevNodeState = 'stopped';
  #exited: Promise<void> = Promise.resolve();

  constructor(options: NodeProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#paths = nodePaths(options.dir, options.name);
  }

  describe(): DevNode {
    const { ports } = this.#options;
    return {
      name: this.name,
      pid: this.#child?.pid,
      state: this.#state,
      listen: `127.0.0.1:${ports.client}`,
      peer: `127.0.0.1:${ports.peer}`,
      http: `127.0.0.1:${ports.http}`,
    };
  }

  running(): boolean {
    return this.#child !== undefined;
  }

  /** @throws KvError KV_USAGE when no process runs */
  mustRun(): void {
    if (this.#child !== undefined) return;
    throw new KvError('KV_USAGE', `${this.name} does not run`, {
      hints: [`kv dev start ${this.name}`],
    });
  }

  /** @throws KvError KV_USAGE when a process runs already */
  mustNotRun(): void {
    if (this.#child === undefined) return;
    const paused = this.#state === 'paused';
    throw new KvError('KV_USAGE', `${this.name} ${paused ? 'is paused' : 'runs already'}`, {
      hints: [paused ? `kv dev resume ${this.name}` : 'kv dev status'],
    });
  }

  /** Starts it and waits until it serves. @throws KvError the one that it ended with */
  async start(extra: readonly string[]): Promise<void> {
    if (this.#child !== undefined) return;
    mkdirSync(dirname(this.#paths.logFile), { recursive: true });
    rmSync(this.#paths.readyFile, { force: true });
    const from = endOfLog(this.#paths.logFile);
    this.#spawn(extra);
    await this.#ready(from);
    this.#enter('running');
  }

  /** Asks it to drain; kills it when that takes longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    // A stopped process handles no signal until it goes on.
    if (this.#state === 'paused') child.kill('SIGCONT');
    this.#state = 'stopped';
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** As a crash: no drain. */
  async kill(): Promise<void> {
    if (this.#child === undefined) return;
    this.#state = 'killed';
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  pause(): void {
    this.mustRun();
    this.#child?.kill('SIGSTOP');
    this.#enter('paused');
  }

  resume(): void {
    this.mustRun();
    this.#child?.kill('SIGCONT');
    this.#enter('running');
  }

  #spawn(extra: readonly string[]): void {
    const { name, ports, binary } = this.#options;
    const log = openSync(this.#paths.logFile, 'a');
    const at = (port: number): string => `127.0.0.1:${port}`;
    const child = spawn(
      process.execPath,
      [
        binary,
        ...['node', 'start', '--name', name, '--data-dir', this.#paths.dataDir],
        ...['--listen', at(ports.client), '--peer-listen', at(ports.peer)],
        ...['--http-listen', at(ports.http), '--ready-file', this.#paths.readyFile],
        // Each node is its own machine here: otherwise all copies would sit on one.
        ...['--host', name, '--log-format', 'json', ...extra],
        // An error at the start is one line of the log, to be read from there.
        ...['--output', 'ndjson'],
      ],
      { detached: true, stdio: ['ignore', log, log, 'ipc'], env: nodeEnvironment(process.env) },
    );
    closeSync(log);
    this.#child = child;
    this.#enter('starting');
    this.#exited = new Promise((resolve) => {
      const gone = (): void => {
        this.#child = undefined;
        this.#enter(this.#state === 'stopped' || this.#state === 'killed' ? this.#state : 'exited');
        resolve();
      };
      child.once('exit', gone);
      child.once('error', gone);
    });
  }

  /** Waits for the ready file, or for the end of the process, whose log of this start begins at `from`. */
  async #ready(from: number): Promise<void> {
    const { readyFile } = this.#paths;
    const abort = new AbortController();
    const appeared = fileAppears(readyFile, abort.signal);
    const timeout = new Promise<'timeout'>((resolve) => {
      setTimeout(() => {
        resolve('timeout');
      }, READY_MS).unref();
    });
    const first = await Promise.race([
      appeared,
      this.#exited.then(() => 'exited' as const),
      timeout,
    ]);
    abort.abort();
    if (first === 'ready') return;
    const why = first === 'exited' ? 'ended' : `does not serve after ${READY_MS / 1000} s`;
    throw failedStart({ name: this.name, why, logFile: this.#paths.logFile, from });
  }

  #enter(state: DevNodeState): void {
    this.#state = state;
    this.#options.changed();
  }
}

/** Settings of a node in the supervisor's environment would reach all nodes alike: they get none. */
function nodeEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KV_NODE_')));
}

/** Resolves once the file exists; a rename into the directory wakes it. */
function fileAppears(file: string, signal: AbortSignal): Promise<'ready'> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(file), { signal }, (_event, name) => {
      if (name === basename(file) && existsSync(file)) resolve('ready');
    });
    watcher.on('error', () => {
      // Ends with the signal; the race then has another winner.
    });
    if (existsSync(file)) resolve('ready');
  });
}
