import { Args } from '@oclif/core';
import { ClientCommand } from '../../cli/client-command.js';
import { renderNodeDetail } from '../../cli/render/node-detail.js';
import { nodeDetailFacts } from '../../cli/results.js';

/** One node in detail. */
export default class NodeShow extends ClientCommand {
  static override readonly summary = 'show one node: its process, its share, how the others see it';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n4',
    '<%= config.bin %> <%= command.id %> n4 --json',
  ];

  static override readonly args = {
    node: Args.string({ description: 'name or id of the node', ignoreStdin: true, required: true }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeShow);
    const view = await this.withClient(flags, (client) => client.node(args.node));
    await this.print({ ...nodeDetailFacts(view), text: (look) => renderNodeDetail(view, look) });
  }
}
