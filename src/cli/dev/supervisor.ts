import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { KvError } from '../../node/core/errors.js';
import { unknownNode } from '../../node/core/metadata/unknown-node.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { askControl, serveControl, type ControlRequest } from './control-socket.js';
import { devDir, devPaths, hasIdentity, nodeNames, type DevPaths } from './dev-dir.js';
import { readDevState, writeDevState, type DevState } from './dev-state.js';
import { endLeftovers } from './leftovers.js';
import { NodeProcess } from './node-process.js';
import { busyPorts, freePorts, usualPorts, type NodePorts } from './ports.js';

const DEFAULT_NODES = 3;
const STOP_MS = 12_000;
const AGREE_MS = 30_000;

/** Questions to the cluster that the supervisor needs answered; given by the command, which has a client. */
export interface ClusterProbe {
  /** The view of any node that answers. @throws KvError when none does */
  status(endpoints: readonly string[]): Promise<StatusView>;
  /** Waits until `accept` likes the status. @throws KvError KV_NOT_READY after `timeoutMs`, or when aborted */
  until(
    endpoints: readonly string[],
    accept: (status: StatusView) => boolean,
    limit: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<StatusView>;
}

export interface SupervisorOptions {
  readonly dir: string;
  /** Undefined: as many as there were, or three. */
  readonly nodes: number | undefined;
  readonly fresh: boolean;
  readonly mode: DevState['mode'];
  readonly binary: string;
  readonly probe: ClusterProbe;
  /** Called once, when somebody asked over the socket to stop everything. */
  readonly onDown: () => void;
}

/** Starts, watches and stops the node processes of the local cluster of one directory. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #paths: DevPaths;
  #nodes: readonly NodeProcess[] = [];
  #server: Server | undefined;
  readonly #abort = new AbortController();
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#paths = devPaths(options.dir);
  }

  /** Brings the cluster up; after a failure, or a `stop` meanwhile, nothing is left running. @throws KvError */
  async start(): Promise<void> {
    await this.#claim();
    try {
      await this.#up();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  endpoints(): readonly string[] {
    return this.#nodes.filter((node) => node.running()).map((node) => node.describe().listen);
  }

  state(): DevState {
    const { dir, mode } = this.#options;
    const nodes = this.#nodes.map((node) => node.describe());
    return { version: 1, dir, pid: process.pid, mode, nodes };
  }

  /** Drains and ends all nodes, at the latest after 12 s; harmless when called again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#abort.abort();
    await Promise.all(this.#nodes.map((node) => node.stop(STOP_MS)));
    this.#server?.close();
    rmSync(this.#paths.socket, { force: true });
    if (this.#nodes.length > 0) this.#record();
  }

  /** Ends all nodes at once, without a drain. */
  async killAll(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
  }

  async #claim(): Promise<void> {
    const { dir } = this.#options;
    const running = await askControl(this.#paths.socket, { op: 'status' });
    if (running !== undefined) {
      throw new KvError(
        'KV_DATA_DIR_LOCKED',
        `a local cluster runs in ${dir} already (process ${running.pid})`,
        { hints: [this.#hint('kv dev status'), this.#hint('kv dev down')] },
      );
    }
    await endLeftovers(readDevState(this.#paths.stateFile)?.nodes ?? []);
    try {
      mkdirSync(dir, { recursive: true });
      refuseForeign(this.#paths);
      if (this.#options.fresh) this.#deleteOld();
      this.#server = await serveControl(this.#paths.socket, (request) => this.#handle(request));
    } catch (error) {
      if (error instanceof KvError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new KvError('KV_DATA_DIR_UNUSABLE', `cannot use ${dir}: ${reason}`, { cause: error });
    }
  }

  async #up(): Promise<void> {
    const old = readDevState(this.#paths.stateFile)?.nodes ?? [];
    const known = old.filter((node) => hasIdentity(this.#options.dir, node.name)).length;
    const count = this.#options.nodes ?? Math.max(known, DEFAULT_NODES);
    if (count < known) {
      throw new KvError('KV_USAGE', `this local cluster has ${known} nodes, not ${count}`, {
        hints: [
          this.#hint(`kv dev up -n ${known}`),
          this.#hint(`kv dev up -n ${count} --fresh   (deletes its data)`),
        ],
      });
    }
    await this.#make(nodeNames(count));
    const isMember = (node: NodeProcess): boolean => hasIdentity(this.#options.dir, node.name);
    const members = this.#nodes.filter(isMember);
    const newcomers = this.#nodes.filter((node) => !isMember(node));
    await Promise.all(members.map((node) => node.start([])));
    if (members.length > 0 && newcomers.length > 0) await this.#refuseWhenOpened(members.length);
    await this.#add(newcomers);
    await this.#agreed(count);
  }

  async #make(names: readonly string[]): Promise<void> {
    const old = readDevState(this.#paths.stateFile)?.nodes ?? [];
    const nodes: NodeProcess[] = [];
    for (const [i, name] of names.entries()) {
      const recorded = old.find((node) => node.name === name);
      const wanted = recorded === undefined ? usualPorts(i) : recordedPorts(recorded);
      const { dir, binary } = this.#options;
      const changed = (): void => {
        if (!this.#stopping) this.#record();
      };
      const ports = hasIdentity(dir, name)
        ? await samePorts(name, wanted)
        : await freePorts(wanted);
      nodes.push(new NodeProcess({ dir, name, binary, changed, ports }));
    }
    this.#nodes = nodes;
  }

  /** A cluster that holds data takes no new node yet: better said before any of them starts. */
  async #refuseWhenOpened(members: number): Promise<void> {
    const status = await this.#options.probe.status(this.endpoints());
    if (!status.opened) return;
    throw new KvError(
      'KV_JOIN_REFUSED',
      `this local cluster of ${members} nodes holds data already; new nodes cannot join it yet`,
      {
        hints: [
          this.#hint(`kv dev up -n ${members}`),
          this.#hint('kv dev up --fresh -n N   (deletes its data)'),
        ],
      },
    );
  }

  /** The first newcomer of an empty cluster begins it; the others enter through it, all at once. */
  async #add(newcomers: readonly NodeProcess[]): Promise<void> {
    const [first, ...rest] = newcomers;
    if (first === undefined) return;
    if (this.endpoints().length === 0) await first.start(['--init', '--cluster-name', 'dev']);
    else rest.unshift(first);
    const seeds = this.endpoints().join(',');
    await Promise.all(rest.map((node) => node.start(['--join', seeds])));
  }

  async #agreed(count: number): Promise<void> {
    await this.#options.probe.until(
      this.endpoints(),
      (status) =>
        status.ring.agreed === count &&
        status.nodes.length === count &&
        status.nodes.every((node) => node.liveness === 'up' && node.report?.ready === true),
      { timeoutMs: AGREE_MS, signal: this.#abort.signal },
    );
  }

  async #handle(request: ControlRequest): Promise<DevState> {
    switch (request.op) {
      case 'status':
        break;
      case 'down':
        this.#options.onDown();
        break;
      case 'start':
        this.#node(request.node).mustNotRun();
        await this.#node(request.node).start([]);
        break;
      case 'kill':
        this.#node(request.node).mustRun();
        await this.#node(request.node).kill();
        break;
      case 'pause':
        this.#node(request.node).pause();
        break;
      case 'resume':
        this.#node(request.node).resume();
        break;
    }
    return this.state();
  }

  #node(name: string): NodeProcess {
    const node = this.#nodes.find((one) => one.name === name);
    if (node !== undefined) return node;
    throw unknownNode(
      name,
      this.#nodes.map((one) => one.name),
    );
  }

  /** A command for this very cluster: without --dir it would act on another. */
  #hint(command: string): string {
    const { dir } = this.#options;
    return dir === devDir(undefined, process.env)
      ? command
      : command.replace(/^(kv dev \w+)/, `$1 --dir ${dir}`);
  }

  /** Deletes what earlier runs made here, and nothing else. */
  #deleteOld(): void {
    const { dir, stateFile } = this.#paths;
    const old = readDevState(stateFile)?.nodes ?? [];
    for (const { name } of old) rmSync(join(dir, name), { recursive: true, force: true });
    rmSync(stateFile, { force: true });
  }

  #record(): void {
    writeDevState(this.#paths.stateFile, this.state());
  }
}

/** A directory with other people's files in it is not ours to use. @throws KvError KV_DATA_DIR_UNUSABLE */
function refuseForeign({ dir, stateFile, socket }: DevPaths): void {
  const others = readdirSync(dir).filter((name) => join(dir, name) !== socket);
  if (existsSync(stateFile) || others.length === 0) return;
  throw new KvError(
    'KV_DATA_DIR_UNUSABLE',
    `${dir} has files in it and is no local cluster: give an empty or new directory with --dir`,
  );
}

/** The others know a member by its ports: it comes back on the same ones. @throws KvError KV_ADDRESS_IN_USE */
async function samePorts(name: string, ports: NodePorts): Promise<NodePorts> {
  const busy = await busyPorts(ports);
  if (busy.length === 0) return ports;
  throw new KvError(
    'KV_ADDRESS_IN_USE',
    `${name} needs its port ${busy.join(', ')} of before, and something else listens there: stop that first`,
  );
}

function recordedPorts(node: { listen: string; peer: string; http: string }): NodePorts {
  const port = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));
  return { client: port(node.listen), peer: port(node.peer), http: port(node.http) };
}
