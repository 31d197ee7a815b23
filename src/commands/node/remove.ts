import { Args, Flags } from '@oclif/core';
import { NodeChangeCommand } from '../../cli/node-change-command.js';
import { NODE_CHANGE_FLAGS } from '../../cli/topology-flags.js';

/** Takes a dead node out of the ring. */
export default class NodeRemove extends NodeChangeCommand {
  static override readonly summary = 'remove a dead node: its copies are made anew from the others';

  static override readonly description = `What it held is copied from the other owners. It is refused while the node is alive, since that may be let go with \`kv node decommission\`.
Where too many owners of a range are dead nothing can be copied, and the plan would wait for ever. As a last resort \`--forget\` does without them: what only they had is lost, and the name of the cluster has to be typed. Forget all that are dead for good in one plan (\`--stage\`, then \`kv cluster commit\`).
A node that was removed never comes back: if it is started, its peers refuse it. To put another one in its place, see \`kv node replace\`.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n4 --dry-run',
    '<%= config.bin %> <%= command.id %> n4',
    '<%= config.bin %> <%= command.id %> n4 --forget --confirm CLUSTER',
  ];

  static override readonly args = {
    node: Args.string({
      description: 'name of the dead node',
      ignoreStdin: true,
      required: true,
    }),
  };

  static override readonly flags = {
    ...NODE_CHANGE_FLAGS,
    forget: Flags.boolean({
      helpGroup: 'SAFETY',
      summary: 'go on where too few owners are left: what only dead nodes had is lost',
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeRemove);
    const { node } = args;
    if (flags.forget) {
      await this.changeNode(flags, {
        change: { action: 'forget', node },
        node: undefined,
        what: `${node} is forgotten: what only it, or other dead nodes, had is lost for good.`,
      });
      return;
    }
    await this.changeNode(flags, {
      change: { action: 'remove', node },
      node,
      what: `${node} is removed for good: what only it has is lost.`,
    });
  }
}
