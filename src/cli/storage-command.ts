import { Flags } from '@oclif/core';
import type { StorageJobRequest, StorageJobView } from '../node/core/views/storage-views.js';
import { ClientCommand, type ConnectionFlags } from './client-command.js';
import { askNodes, type AskedNode, type NodeAnswers } from './each-node.js';
import { missingWarnings, type Facts } from './envelope.js';
import { Interrupted } from './exit-codes.js';
import { Progress } from './sim/progress.js';
import { followJob } from './storage-job.js';
import { progressOf } from './render/storage-jobs.js';
import { tokenRangeFlag } from './token-range.js';

/** Which node is meant, when not all of them. */
export const NODE_FLAG = {
  node: Flags.string({ helpValue: 'NODE', summary: 'only this node, by its name or id' }),
};

/** Which records are meant, when not all of them. */
export const RANGE_FLAG = {
  range: tokenRangeFlag({
    summary:
      'only the records of these tokens: 0x6b210000..0x6b44a000, the last one excluded; 5..3 goes over the end of the ring',
  }),
};

interface JobFlags extends ConnectionFlags {
  readonly node?: string | undefined;
}

/** A command about the stores of nodes, each of which answers for itself. */
export abstract class StorageCommand extends ClientCommand {
  /** Does a job on every node, or the one that is named, one after the other, and shows how far it is. */
  protected async work(
    flags: JobFlags,
    request: Pick<StorageJobRequest, 'kind' | 'range'>,
    onInterrupt: (at: string) => string,
  ): Promise<NodeAnswers<StorageJobView>> {
    const progress = new Progress(
      process.stderr,
      () => performance.now(),
      (text) => (this.wantsJson ? Promise.resolve() : this.output.note(text)),
    );
    let at = '';
    try {
      return await this.withClient(flags, async (client, signal) =>
        askNodes(client, flags.node, async ({ name, endpoint }) => {
          at = name;
          const ask = (action: StorageJobRequest['action']): Promise<StorageJobView> =>
            client.askNode(endpoint, (node, ms) => node.storageJob({ ...request, action }, ms));
          return await followJob(ask, signal, (job) => progress.say(() => progressOf(job)));
        }),
      );
    } catch (error) {
      await progress.end();
      if (error instanceof Interrupted) await this.note(onInterrupt(at));
      throw error;
    } finally {
      await progress.end();
    }
  }

  /** Asks every node, or the one that is named, something that it answers at once. */
  protected async askEach<T>(
    flags: JobFlags,
    ask: (node: AskedNode, client: Parameters<typeof askNodes>[0]) => Promise<T>,
  ): Promise<NodeAnswers<T>> {
    return await this.withClient(flags, (client) =>
      askNodes(client, flags.node, (node) => ask(node, client)),
    );
  }

  /** What is the same in all answers of such commands. */
  protected factsOf(
    { status, missing }: Omit<NodeAnswers<unknown>, 'answers'>,
    result: object,
  ): Facts {
    return {
      cluster: status.cluster,
      viewedFrom: status.viewedFrom,
      result,
      partial: missing,
      warnings: missingWarnings(missing),
    };
  }
}
