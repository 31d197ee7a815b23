import { setTimeout as sleep } from 'node:timers/promises';
import type { KvClient } from '../client/client.js';
import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { NodeView } from '../node/core/views/node-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { parseAddress } from '../node/io/config/host-port.js';
import { ClientCommand } from './client-command.js';
import type { Warning } from './envelope.js';
import { Interrupted } from './exit-codes.js';
import type { FoundRepair } from './known-repairs.js';
import { countOf, renderRepairJob, repairProgress } from './render/repair.js';
import { repairsOfAll, type FoundRepairs } from './repairs-of-all.js';
import { Progress } from './sim/progress.js';

const POLL_MS = 250;
/** Whoever waits is told of a node that is silent for so long; it is asked more seldom then, and given up later. */
const SILENT_MS = 3_000;
const SILENT_POLL_MS = 1_000;
const LOST_MS = 60_000;

/** A command about repairs, each of which one node drives. */
export abstract class RepairCommand extends ClientCommand {
  /** Asks every node for its repairs, for all or for one; newest first. */
  protected async repairs(client: KvClient, id: string | undefined): Promise<FoundRepairs> {
    return await repairsOfAll(client, id);
  }

  /**
   * Follows a repair to its end, with progress on standard error; Ctrl-C leaves it to itself. It outlasts the node that drives it,
   * so that one is waited for, at another address, too.
   * @throws KvError KV_UNREACHABLE when that node stays away; Interrupted
   */
  protected async follow(
    client: KvClient,
    found: FoundRepair,
    signal: AbortSignal,
  ): Promise<RepairJobView> {
    const progress = new Progress(process.stderr, () => performance.now(), this.#notes);
    let last = found;
    try {
      while (last.job.state === 'running') {
        await this.#seen(last.job, progress);
        await sleep(POLL_MS, undefined, { signal });
        last =
          (await this.#ask(client, last)) ??
          (await this.#await(client, last, { progress, signal }));
      }
      return last.job;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Interrupted();
    } finally {
      await progress.end();
      if (signal.aborted) await this.note(`Detached; the repair goes on.\n${waysOn(found.job.id)}`);
    }
  }

  /**
   * Prints what a repair has done; one that did not come to its end well ends with the code of what is not available now, unless there
   * is something else to say of it.
   */
  protected async printJob(
    job: RepairJobView,
    about: Partial<StatusView>,
    told?: Warning,
  ): Promise<void> {
    await this.print({
      cluster: about.cluster,
      viewedFrom: job.node,
      result: { ...job, dryRun: false },
      warnings: [...(told === undefined ? [] : [told]), ...jobWarnings(job)],
      exit: UNDONE.has(job.state) && told === undefined ? FAILED_EXIT : undefined,
      text: (look) => renderRepairJob(job, look),
    });
  }

  readonly #notes = async (text: string): Promise<void> => {
    await this.output.note(text);
  };

  async #seen(job: RepairJobView, progress: Progress): Promise<void> {
    if (this.format === 'ndjson')
      await this.output.data(`${JSON.stringify({ event: 'progress', ...job })}\n`);
    else if (!this.quiet) await progress.say(() => repairProgress(job));
  }

  /** Asks a node that is silent until it answers, for so long that it may start again. @throws KvError KV_UNREACHABLE */
  async #await(
    client: KvClient,
    last: FoundRepair,
    { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
  ): Promise<FoundRepair> {
    const { id, node } = last.job;
    const sinceMs = performance.now();
    let isTold = false;
    for (;;) {
      await sleep(SILENT_POLL_MS, undefined, { signal });
      const next = (await this.#ask(client, last)) ?? (await this.#askAll(client, last));
      const silentMs = performance.now() - sinceMs;
      if (next !== undefined && isTold) await this.note(`${node} answers again.`);
      if (next !== undefined) return next;
      if (silentMs > LOST_MS) throw lost(last.job);
      if (isTold || silentMs < SILENT_MS) continue;
      isTold = true;
      await progress.end();
      await this.note(
        `${node} does not answer. Repair ${id} goes on with it, also after a restart; it is waited for.\n${waysOn(id)}`,
      );
    }
  }

  /** Undefined when its node does not answer now. @throws KvError KV_UNAVAILABLE when that knows nothing of it any more */
  async #ask(client: KvClient, { endpoint, job }: FoundRepair): Promise<FoundRepair | undefined> {
    try {
      const { node, jobs } = await client.repair(endpoint, { action: 'jobs', job: job.id });
      // Another node may have its address by now.
      if (node !== job.node) return undefined;
      if (jobs[0] !== undefined) return { endpoint, job: jobs[0] };
    } catch (error) {
      if (error instanceof KvError && error.row.retryable) return undefined;
      throw error;
    }
    throw new KvError('KV_UNAVAILABLE', `${job.node} knows nothing of repair ${job.id} any more`, {
      hints: ['kv repair list', 'kv repair'],
    });
  }

  /** Asks the other nodes where it is now. */
  async #askAll(client: KvClient, { job }: FoundRepair): Promise<FoundRepair | undefined> {
    try {
      const { found } = await this.repairs(client, job.id);
      return found.find((one) => one.job.node === job.node);
    } catch (error) {
      if (error instanceof KvError && error.row.retryable) return undefined;
      throw error;
    }
  }
}

/** As KV_UNAVAILABLE: a retry may do. */
const FAILED_EXIT = 75;
const UNDONE: ReadonlySet<RepairJobView['state']> = new Set(['failed', 'interrupted']);

/** The client port of a node. @throws KvError KV_UNREACHABLE */
export function endpointOf({ name, address }: Pick<NodeView, 'name' | 'address'>): Endpoint {
  const endpoint = parseAddress(address);
  if ('wanted' in endpoint)
    throw new KvError('KV_UNREACHABLE', `${name} has no address: ${address}`);
  return endpoint;
}

function jobWarnings({ state, partial, failed, away, problem }: RepairJobView): readonly Warning[] {
  const names = away.length === 0 ? '' : ` (without ${away.join(' ')})`;
  return [
    ...(partial > 0
      ? [
          {
            code: 'KV_REPAIR_PARTIAL',
            message: `${countOf(partial, 'range')} lacked an owner${names}`,
          },
        ]
      : []),
    ...(failed > 0
      ? [{ code: 'KV_REPAIR_FAILED', message: `${countOf(failed, 'range')} failed: ${problem}` }]
      : []),
    ...(state === 'interrupted' ? [{ code: 'KV_REPAIR_INTERRUPTED', message: problem }] : []),
  ];
}

function lost({ id, node }: RepairJobView): KvError {
  return new KvError(
    'KV_UNREACHABLE',
    `${node}, which drives repair ${id}, has not answered for ${LOST_MS / 1000} s; the repair goes on when it is back`,
    { hints: [`kv repair watch ${id}`, 'kv status'] },
  );
}

/** What may be done about a repair that is left to itself. */
function waysOn(id: string): string {
  return `  watch  kv repair watch ${id}\n  stop   kv repair cancel ${id}`;
}
