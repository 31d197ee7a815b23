import { KvError } from '../../core/errors.js';
import { LeftCluster } from '../../core/left-cluster.js';
import type { Logger } from '../../env/log.js';

/** What a process that runs a node must be able to do with it. */
export interface Daemon {
  readonly log: Logger;
  /** Refuses new work, finishes what runs, tells the peers, closes the store. */
  drain(): Promise<void>;
  /** Settles when the node has failed for good and stopped. */
  readonly failed: Promise<KvError>;
}

/** How a daemon ended: the exit code that says so. */
export type DaemonEnd =
  | { readonly kind: 'drained' }
  /** Drained too: the node has left its cluster, as it was to. */
  | { readonly kind: 'left'; readonly error: LeftCluster }
  | { readonly kind: 'forced'; readonly signal: 'SIGINT' | 'SIGTERM' }
  | { readonly kind: 'failed'; readonly error: KvError };

/** A terminal's Ctrl-C may reach a process twice, from the terminal and from npm: signals this close count as one. */
const SAME_SIGNAL_MS = 500;

/**
 * Keeps a node running until a signal, the loss of the parent's pipe, or its own failure ends it.
 * TERM and INT drain, a second one stops at once.
 */
export async function runDaemon(daemon: Daemon): Promise<DaemonEnd> {
  const { log } = daemon;
  return await new Promise((resolve) => {
    let drainingSinceMs: number | undefined;
    const begin = (why: string, end: DaemonEnd = { kind: 'drained' }): void => {
      drainingSinceMs = performance.now();
      log.info(`${why}: draining`);
      daemon.drain().then(
        () => {
          resolve(end);
        },
        (error: unknown) => {
          resolve({ kind: 'failed', error: asKvError(error) });
        },
      );
    };
    const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
      if (drainingSinceMs === undefined) {
        begin(signal);
        return;
      }
      if (performance.now() - drainingSinceMs < SAME_SIGNAL_MS) return;
      log.warn(`${signal} again: stopping now`);
      resolve({ kind: 'forced', signal });
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // Started with a pipe by a supervisor: when that is gone, nobody would ever stop this node.
    process.once('disconnect', () => {
      if (drainingSinceMs === undefined) begin('the supervisor is gone');
    });
    process.channel?.unref();
    void daemon.failed.then((error) => {
      if (!(error instanceof LeftCluster)) resolve({ kind: 'failed', error });
      else if (drainingSinceMs === undefined) begin(error.message, { kind: 'left', error });
    });
  });
}

/**
 * Reads the settings again at each HUP, from now on: a node that still starts must not die of one.
 * `reload` throws KvError KV_CONFIG_INVALID, and keeps the old ones.
 */
export function reloadAtHangup(log: Logger, reload: () => void): void {
  process.on('SIGHUP', () => {
    try {
      reload();
    } catch (error) {
      log.error(`SIGHUP: nothing was changed: ${asKvError(error).message}`);
    }
  });
}

function asKvError(error: unknown): KvError {
  if (error instanceof KvError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KvError('KV_INTERNAL', message, { cause: error });
}
