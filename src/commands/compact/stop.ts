import { NODE_FLAG, StorageCommand } from '../../cli/storage-command.js';
import type { StorageJobView } from '../../node/core/views/storage-views.js';

/** Ends compactions. */
export default class CompactStop extends StorageCommand {
  static override readonly summary =
    'end compactions after the part that is under way; what is done stays done';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n2',
  ];

  static override readonly flags = NODE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(CompactStop);
    const found = await this.askEach(flags, async ({ endpoint }, client) => {
      const ask = (action: 'status' | 'stop'): Promise<StorageJobView> =>
        client.askNode(endpoint, (node, ms) =>
          node.storageJob({ kind: 'compact', action, range: undefined }, ms),
        );
      const before = await ask('status');
      if (before.state !== 'running') return { job: before, isStopping: false };
      return { job: await ask('stop'), isStopping: true };
    });
    const stopping = found.answers.flatMap(({ job, isStopping }) => (isStopping ? [job] : []));
    await this.print({
      ...this.factsOf(found, { stopped: stopping }),
      text: () =>
        stopping.length === 0
          ? 'no compaction is under way\n'
          : stopping
              .map((job) => `${job.node} stops, ${job.doneParts} of ${job.parts} parts are done\n`)
              .join(''),
    });
  }
}
