import { failedExit } from '../../cli/storage-verdict.js';
import { NODE_FLAG, StorageCommand } from '../../cli/storage-command.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatSize } from '../../stdx/size.js';

/** Writes to tables what is only in memory and in the log. */
export default class StorageFlush extends StorageCommand {
  static override readonly summary = 'write what is only in memory and in the log to tables';

  static override readonly description = `Nothing that was acknowledged needs it: the log is durable. It makes the next start faster, and the sizes that
are shown exact.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n2',
  ];

  static override readonly flags = NODE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(StorageFlush);
    const found = await this.work(
      flags,
      { kind: 'flush', range: undefined },
      (node) => `${node} goes on with it`,
    );
    await this.print({
      ...this.factsOf(found, { jobs: found.answers }),
      exit: failedExit(found.answers),
      text: () =>
        found.answers
          .map(({ node, state, tookMs, afterBytes, reason }) =>
            state === 'done'
              ? `${node} flushed in ${formatDuration(tookMs)}; ${formatSize(afterBytes)} in tables\n`
              : `${node} ${state}: ${reason}\n`,
          )
          .join(''),
    });
  }
}
