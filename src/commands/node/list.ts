import { ClientCommand } from '../../cli/client-command.js';
import { renderNodeList } from '../../cli/render/node-list.js';
import { nodeListFacts } from '../../cli/results.js';

/** The members of the cluster. */
export default class NodeList extends ClientCommand {
  static override readonly summary = 'list the nodes of the cluster';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -o wide',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(NodeList);
    const view = await this.withClient(flags, (client) => client.status());
    await this.print({ ...nodeListFacts(view), text: (look) => renderNodeList(view, look) });
  }
}
