import { ClientCommand } from '../../cli/client-command.js';
import { renderGossipMatrix } from '../../cli/render/gossip-matrix.js';
import { gossipMatrixFacts } from '../../cli/results.js';

/** Who sees whom. */
export default class GossipMatrix extends ClientCommand {
  static override readonly summary = 'show who sees whom: a row for each node that looks';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(GossipMatrix);
    const view = await this.withClient(flags, (client) => client.gossip());
    await this.print({
      ...gossipMatrixFacts(view),
      text: (look) => renderGossipMatrix(view, look),
    });
  }
}
