import { destination, type DestinationStream } from 'pino';
import { pretty } from './process/pretty-log.js';
import { logLevelOf, nodeConfig, type NodeConfig } from './config/node-config.js';
import type { RawSettings } from './config/node-settings.js';
import { reloadAtHangup, runDaemon, type DaemonEnd } from './process/daemon.js';
import { PinoLogger } from './process/pino-logger.js';
import { KvError } from '../core/errors.js';
import { readIdentity } from '../identity/identity-file.js';
import { LevelDisk } from './level/level-disk.js';
import { startNode } from './start-node.js';
import type { WaitingHow } from './waiting-node.js';

export interface RunOptions {
  /** Reads the settings, now and again at SIGHUP. @throws KvError KV_CONFIG_INVALID */
  readonly settings: () => RawSettings;
  readonly release: string;
  /** The command that starts this node again as it was started. */
  readonly startAgain: (settings: RawSettings, dataDir: string) => string;
  /** What is said and done when the node waits to join a cluster that holds data. */
  readonly waiting: WaitingHow;
  /** Asks whether the node in a directory may go on without what it lost; when absent, one that lost something is not started. @throws KvError KV_NOT_CONFIRMED */
  readonly confirmLoss?: ((name: string, dataDir: string) => Promise<void>) | undefined;
}

/**
 * Runs a node until a signal or a failure ends it.
 * @throws KvError when it cannot start
 */
export async function runNode(options: RunOptions): Promise<DaemonEnd> {
  const settings = options.settings();
  const config = nodeConfig(settings);
  const known = await readIdentity(new LevelDisk(config.dataDir));
  const { confirmLoss } = options;
  if (confirmLoss !== undefined && known === undefined)
    throw new KvError('KV_USAGE', `there is no node in ${config.dataDir}: it has nothing to lose`);
  if (known !== undefined) await confirmLoss?.(known.name, config.dataDir);
  const name = config.name ?? known?.name ?? config.defaultName;
  const log = PinoLogger.create(logStream(config), config.logLevel, name);
  reloadAtHangup(log, () => {
    const level = logLevelOf(options.settings());
    log.setLevel(level);
    log.info(`SIGHUP: log level ${level}`);
  });
  const { drain, failed, tellWaiting } = await startNode(config, {
    log,
    release: options.release,
    acceptLoss: confirmLoss !== undefined,
    startAgain: options.startAgain(settings, config.dataDir),
  });
  void tellWaiting(options.waiting).catch((error: unknown) => {
    log.warn('whether this node waits to join is not known', { error });
  });
  return await runDaemon({ log, drain, failed });
}

/** Lines are written at once: what a process says before it dies must be there. */
function logStream(config: NodeConfig): DestinationStream {
  const usePretty =
    config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY);
  return usePretty ? pretty(process.stdout.isTTY) : destination({ dest: 1, sync: true });
}
