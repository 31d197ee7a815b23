import { renderTombstones } from '../../cli/render/tombstones.js';
import { NODE_FLAG, StorageCommand } from '../../cli/storage-command.js';

/** The deletes that nodes keep. */
export default class StorageTombstones extends StorageCommand {
  static override readonly summary =
    'show how many deletes each node keeps, and what holds them back';

  static override readonly description = `A delete is kept until all owners of its range have it, which a repair with all of them there confirms, and its time of
grace has passed. FLOOR AGE is how far back from now that is so in every range: older deletes are gone.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n2',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = NODE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(StorageTombstones);
    const found = await this.askEach(flags, ({ endpoint }, client) =>
      client.askNode(endpoint, (node, ms) => node.tombstones(ms)),
    );
    await this.print({
      ...this.factsOf(found, { nodes: found.answers }),
      text: (look) => renderTombstones(found.answers, look),
    });
  }
}
