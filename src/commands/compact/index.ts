import { Flags } from '@oclif/core';
import { renderJobs } from '../../cli/render/storage-jobs.js';
import { failedExit } from '../../cli/storage-verdict.js';
import { NODE_FLAG, RANGE_FLAG, StorageCommand } from '../../cli/storage-command.js';

/** Has tables written anew. */
export default class Compact extends StorageCommand {
  static override readonly summary =
    'write tables anew, without what was replaced and deleted in them';

  static override readonly description = `LevelDB does this by itself as data is written; this makes space at once, after many deletes for example. Nodes do it one
after the other, each part by part with a rest after it. Ctrl-C detaches: the node that is at it goes on.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --node n2',
    '<%= config.bin %> <%= command.id %> --range 0x6b210000..0x6b44a000',
    '<%= config.bin %> <%= command.id %> --detach',
  ];

  static override readonly flags = {
    ...NODE_FLAG,
    ...RANGE_FLAG,
    detach: Flags.boolean({
      summary: 'start it on all of these nodes at once, and do not wait',
      default: false,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Compact);
    const request = { kind: 'compact', range: flags.range } as const;
    const found = flags.detach
      ? await this.askEach(flags, ({ endpoint }, client) =>
          client.askNode(endpoint, (node, ms) =>
            node.storageJob({ ...request, action: 'start' }, ms),
          ),
        )
      : await this.work(
          flags,
          request,
          (node) =>
            `Detached; ${node} goes on.\n  look: kv compact status   stop: kv compact stop --node ${node}`,
        );
    await this.print({
      ...this.factsOf(found, { detached: flags.detach, jobs: found.answers }),
      exit: failedExit(found.answers),
      text: (look) => renderJobs(found.answers, look),
    });
  }
}
