import { accessSync, constants, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { collectDefaultMetrics } from 'prom-client';
import { KvError } from '../core/errors.js';
import type { NodeAddresses } from '../core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../core/settings.js';
import type { NodeEnv } from '../env/env.js';
import { StoreDamage } from '../env/store-damage.js';
import { readIdentity, type Identity } from '../identity/identity-file.js';
import { KvNode } from '../node.js';
import type { NodeIntent } from '../open-directory.js';
import { adminCalls } from './admin-calls.js';
import { formatAddress, type HostPort } from './config/host-port.js';
import type { NodeConfig } from './config/node-config.js';
import { GrpcClientServer } from './grpc/grpc-client-server.js';
import { GrpcTransport } from './grpc/grpc-transport.js';
import { listenHttp, type HttpListener } from './http/http-server.js';
import { LevelDisk } from './level/level-disk.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import type { PinoLogger } from './process/pino-logger.js';
import { NodeProcessFacts } from './process/process-facts.js';
import { findCluster } from './seeds.js';
import { SystemClock } from './system-clock.js';
import { SystemRandom } from './system-random.js';
import { tellWaiting, type WaitingHow } from './waiting-node.js';

/** What is written to the ready file: where the node listens, and who it is. */
interface ReadyFacts {
  readonly name: string;
  readonly nodeId: string;
  readonly clusterId: string;
  readonly pid: number;
  readonly listen: string;
  readonly peer: string;
  readonly http: string;
  readonly dataDir: string;
}

/** A node that serves in this process. */
export interface RunningNode {
  readonly facts: ReadyFacts;
  readonly drain: () => Promise<void>;
  /** Settles when the node must not go on. */
  readonly failed: Promise<KvError>;
  /** Says that the node waits to join, if it does; it may have the plan begun that lets it in. @throws KvError */
  readonly tellWaiting: (how: WaitingHow) => Promise<void>;
}

export interface StartContext {
  readonly log: PinoLogger;
  readonly release: string;
  readonly acceptLoss: boolean;
  /** The command that starts this node again as it was started. */
  readonly startAgain: string;
}

interface Listeners {
  readonly client: GrpcClientServer;
  readonly peers: GrpcTransport;
  readonly http: HttpListener;
  readonly addresses: NodeAddresses;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** An --join on a directory that is a member already waits no longer than this for the addresses. */
const CHECK_JOIN_MS = 1_000;
const CLIENT_DRAIN_MS = 10_000;

/**
 * Starts a storage node of this process: the one place that knows every implementation.
 * @throws KvError every refusal of the addresses, the directory, the store and the cluster; nothing is left open
 */
export async function startNode(config: NodeConfig, context: StartContext): Promise<RunningNode> {
  checkReadyFile(config.readyFile);
  const metrics = new PrometheusMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const { log } = context;
  const facts = new NodeProcessFacts(context.release);
  let fail: (error: KvError) => void = () => undefined;
  const failed = new Promise<KvError>((resolve) => {
    fail = resolve;
  });
  const base = { clock: new SystemClock(), random: new SystemRandom(), log, metrics, facts };
  let node: KvNode | undefined;
  const listeners = await openListeners(config, { base, metrics, node: () => node });
  try {
    const disk = new LevelDisk(config.dataDir);
    const env: NodeEnv = {
      ...base,
      disk,
      transport: listeners.peers,
      buggify: () => false,
      fatal: (error) => {
        fail(asKvError(error));
      },
    };
    const known = await readIdentity(disk);
    node = await KvNode.start({
      env,
      name: config.name ?? (known === undefined ? config.defaultName : undefined),
      location: { host: config.host, rack: config.rack, dc: config.dc },
      addresses: listeners.addresses,
      vnodes: config.vnodes,
      diskReserveBytes: config.diskReserveBytes,
      acceptLoss: context.acceptLoss,
      intent: await intentOf(config, env, known),
      clientStreams: () => listeners.client.streams(),
    });
  } catch (error) {
    await closeListeners(listeners);
    facts.close();
    throw withAdvice(error, context.startAgain);
  }
  try {
    return serve({ config, log, listeners, node, failed });
  } catch (error) {
    await node.stop();
    await closeListeners(listeners);
    throw error;
  }
}

function serve(parts: {
  readonly config: NodeConfig;
  readonly log: PinoLogger;
  readonly listeners: Listeners;
  readonly node: KvNode;
  readonly failed: Promise<KvError>;
}): RunningNode {
  const { config, log, listeners, node, failed } = parts;
  const follow = (): void => {
    listeners.client.setServing(node.readiness.refusesClients() === undefined);
  };
  node.readiness.subscribe(follow);
  follow();
  const ready = readyFacts(config, listeners.addresses, node);
  warnOfOpenPorts(config, log);
  log.info(`serving clients on ${ready.listen}, peers on ${ready.peer}, http on ${ready.http}`, {
    ...ready,
  });
  if (config.readyFile !== undefined) writeReadyFile(config.readyFile, ready);
  return {
    facts: ready,
    failed,
    tellWaiting: (how) => tellWaiting(node, how),
    drain: async () => {
      // Clients hear that they must go elsewhere, and have their answers, before their sessions end.
      await Promise.all([node.leave(), listeners.client.drain(CLIENT_DRAIN_MS)]);
      await node.drain();
      await closeListeners(listeners);
      log.info('drained and stopped');
    },
  };
}

async function openListeners(
  config: NodeConfig,
  parts: {
    readonly base: Pick<NodeEnv, 'clock' | 'random' | 'log' | 'metrics'>;
    readonly metrics: PrometheusMetrics;
    readonly node: () => KvNode | undefined;
  },
): Promise<Listeners> {
  const { base, metrics, node } = parts;
  const client = new GrpcClientServer({
    ...base,
    facade: {
      execute: (request, { remainingMs }, done) => {
        const running = node();
        if (running === undefined) done(new KvError('KV_NOT_READY', 'the node is starting'));
        else running.execute(request, remainingMs, done);
      },
      admin: adminCalls(node, base.clock),
    },
  });
  const peers = new GrpcTransport(base);
  let http: HttpListener | undefined;
  try {
    const clientPort = await client.listen(config.listen);
    const peerPort = await peers.listen(config.peerListen);
    http = await listenHttp(config.httpListen, {
      metrics: async () => ({
        contentType: metrics.registry.contentType,
        body: await metrics.registry.metrics(),
      }),
      notReady: () => {
        const running = node();
        return running === undefined
          ? 'the node is starting'
          : running.readiness.refusesClients()?.message;
      },
    });
    const addresses = { host: config.advertise, clientPort, peerPort, httpPort: http.port };
    return { client, peers, http, addresses };
  } catch (error) {
    client.close();
    await peers.close();
    await http?.close();
    throw error;
  }
}

async function closeListeners({ client, peers, http }: Listeners): Promise<void> {
  client.close();
  await peers.close();
  await http.close();
}

/** What the flags and the directory together ask for. @throws KvError as `findCluster` */
async function intentOf(
  config: NodeConfig,
  env: NodeEnv,
  known: Identity | undefined,
): Promise<NodeIntent> {
  if (config.init)
    return { kind: 'init', clusterName: config.clusterName, settings: DEFAULT_SETTINGS };
  if (config.join.length === 0) return { kind: 'restart' };
  if (known === undefined) return { kind: 'join', ...(await findCluster(config.join, env)) };
  try {
    return { kind: 'join', ...(await findCluster(config.join, env, CHECK_JOIN_MS)) };
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    env.log.warn(`--join could not be checked, the directory decides: ${error.message}`);
    return { kind: 'join', clusterId: known.clusterId, seeds: [] };
  }
}

function readyFacts(config: NodeConfig, addresses: NodeAddresses, node: KvNode): ReadyFacts {
  const at = (listen: HostPort, port: number): string => formatAddress({ host: listen.host, port });
  return {
    name: node.name,
    nodeId: node.nodeId,
    clusterId: node.clusterId(),
    pid: process.pid,
    listen: at(config.listen, addresses.clientPort),
    peer: at(config.peerListen, addresses.peerPort),
    http: at(config.httpListen, addresses.httpPort),
    dataDir: config.dataDir,
  };
}

/** Found out before anything begins: a cluster must not be begun by a command that fails. @throws KvError KV_CONFIG_INVALID */
function checkReadyFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): KvError {
  const reason = asKvError(cause).message;
  return new KvError('KV_CONFIG_INVALID', `cannot write --ready-file ${file}: ${reason}`, {
    cause,
  });
}

/** Whole or not at all: whoever waits for the file reads it at once. @throws KvError KV_CONFIG_INVALID */
function writeReadyFile(file: string, ready: ReadyFacts): void {
  const temporary = `${file}.${ready.pid}`;
  try {
    writeFileSync(temporary, `${JSON.stringify(ready, null, 2)}\n`);
    renameSync(temporary, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function warnOfOpenPorts(config: NodeConfig, log: PinoLogger): void {
  const open = [config.listen, config.peerListen, config.httpListen].filter(
    ({ host }) => !LOOPBACK.has(host),
  );
  if (open.length === 0) return;
  const addresses = open.map(formatAddress).join(', ');
  log.warn(
    `anybody who reaches ${addresses} may read and change everything: keep it behind a firewall`,
  );
}

/** A damaged store is told with the command that goes on without what is lost: with its addresses, or the node would move to others. */
function withAdvice(error: unknown, startAgain: string): unknown {
  if (!(error instanceof KvError && error.cause instanceof StoreDamage)) return error;
  const hints = [`${startAgain} --accept-loss`, 'kv status'];
  return new KvError(error.code, error.message, { cause: error.cause, hints });
}

function asKvError(error: unknown): KvError {
  if (error instanceof KvError) return error;
  return new KvError('KV_INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
