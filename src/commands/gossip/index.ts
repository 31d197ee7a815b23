import { ClientCommand } from '../../cli/client-command.js';
import { renderGossip } from '../../cli/render/gossip.js';
import { gossipFacts } from '../../cli/results.js';

/** What a node knows of the others by gossip. */
export default class Gossip extends ClientCommand {
  static override readonly summary = 'show what a node knows of the others, and who agrees';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -e 127.0.0.1:7402 -o wide',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Gossip);
    const view = await this.withClient(flags, (client) => client.gossip());
    await this.print({ ...gossipFacts(view), text: (look) => renderGossip(view, look) });
  }
}
