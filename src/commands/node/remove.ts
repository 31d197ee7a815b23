import { Args } from '@oclif/core';
import { NodeChangeCommand } from '../../cli/node-change-command.js';
import { NODE_CHANGE_FLAGS } from '../../cli/topology-flags.js';

/** Takes a dead node out of the ring. */
export default class NodeRemove extends NodeChangeCommand {
  static override readonly summary = 'remove a dead node: its copies are made anew from the others';

  static override readonly description = `What it held is copied from the other owners. It is refused while the node is alive, since that may be let go with \`kv node decommission\`.
A node that was removed never comes back: if it is started, its peers refuse it. To put another one in its place, see \`kv node replace\`.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n4 --dry-run',
    '<%= config.bin %> <%= command.id %> n4',
  ];

  static override readonly args = {
    node: Args.string({
      description: 'name of the dead node',
      ignoreStdin: true,
      required: true,
    }),
  };

  static override readonly flags = NODE_CHANGE_FLAGS;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeRemove);
    const { node } = args;
    await this.changeNode(flags, {
      change: { action: 'remove', node },
      node,
      what: `${node} is removed for good: what only it has is lost.`,
    });
  }
}
