import { renderStorage } from '../../cli/render/storage.js';
import { NODE_FLAG, StorageCommand } from '../../cli/storage-command.js';

/** What the stores of nodes say of themselves. */
export default class StorageShow extends StorageCommand {
  static override readonly summary = 'show the store of each node: levels, sizes, disk, scrub';

  static override readonly description = `W AMP is what one written byte costs: bytes written to the log and to tables, for each byte of records.
DELETES is the share of tombstones. SCRUB is how much of the records the slow check for rot has read.
With --node, or -o wide, the levels of the tables are shown too.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n2',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = NODE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(StorageShow);
    const found = await this.askEach(flags, ({ endpoint }, client) =>
      client.askNode(endpoint, (node, ms) => node.storage(ms)),
    );
    await this.print({
      ...this.factsOf(found, { nodes: found.answers }),
      text: (look) => renderStorage(found.answers, look, Date.now()),
    });
  }
}
