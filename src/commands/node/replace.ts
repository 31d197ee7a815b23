import { Args, Flags } from '@oclif/core';
import { NodeChangeCommand } from '../../cli/node-change-command.js';
import { NODE_CHANGE_FLAGS } from '../../cli/topology-flags.js';

/** Puts a new node in the place of a dead one. */
export default class NodeReplace extends NodeChangeCommand {
  static override readonly summary = 'put a new node in the place of a dead one';

  static override readonly description = `Start the new one with --join first: it waits. It is given the ranges of the dead one and no others, from their other owners.
The dead one never comes back: if it is started, its peers refuse it.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n4 --with n6 --dry-run',
    '<%= config.bin %> <%= command.id %> n4 --with n6',
  ];

  static override readonly args = {
    node: Args.string({
      description: 'name of the dead node',
      ignoreStdin: true,
      required: true,
    }),
  };

  static override readonly flags = {
    with: Flags.string({
      helpValue: 'NEW',
      summary: 'name of the node that waits to join',
      required: true,
    }),
    ...NODE_CHANGE_FLAGS,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeReplace);
    const { node } = args;
    const by = flags.with;
    await this.changeNode(flags, {
      change: { action: 'replace', node, by },
      node,
      what: `${by} takes the place of ${node}, which is removed for good: what only ${node} has is lost.`,
    });
  }
}
