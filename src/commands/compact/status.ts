import { renderJobs } from '../../cli/render/storage-jobs.js';
import { NODE_FLAG, StorageCommand } from '../../cli/storage-command.js';

/** How far compactions are. */
export default class CompactStatus extends StorageCommand {
  static override readonly summary =
    'show how far the last compaction of each node is, or how it ended';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = NODE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(CompactStatus);
    const request = { kind: 'compact', action: 'status', range: undefined } as const;
    const found = await this.askEach(flags, ({ endpoint }, client) =>
      client.askNode(endpoint, (node, ms) => node.storageJob(request, ms)),
    );
    const isNone = found.answers.every(({ state }) => state === 'none');
    await this.print({
      ...this.factsOf(found, { jobs: found.answers }),
      text: (look) =>
        isNone
          ? 'no compaction was asked for since these nodes started\n'
          : renderJobs(found.answers, look),
    });
  }
}
