import { Args } from '@oclif/core';
import { NodeChangeCommand } from '../../cli/node-change-command.js';
import { NODE_CHANGE_FLAGS } from '../../cli/topology-flags.js';

/** Lets a node that is alive leave. */
export default class NodeDecommission extends NodeChangeCommand {
  static override readonly summary = 'let a node leave: the others are given all that it holds';

  static override readonly description = `It shows what would move, asks for the name of the node, and begins. The node serves until the end; then its process ends by itself, and its directory can be deleted.
Ctrl-C detaches: the plan goes on. One that is dead is removed with \`kv node remove\`.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n5 --dry-run',
    '<%= config.bin %> <%= command.id %> n5',
    '<%= config.bin %> <%= command.id %> n5 --confirm n5 --detach',
  ];

  static override readonly args = {
    node: Args.string({ description: 'name of the node', ignoreStdin: true, required: true }),
  };

  static override readonly flags = NODE_CHANGE_FLAGS;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeDecommission);
    const { node } = args;
    await this.changeNode(flags, {
      change: { action: 'leave', node },
      node,
      what: `${node} gives all of its data to the others and leaves; it cannot come back as the same node.`,
    });
  }
}
