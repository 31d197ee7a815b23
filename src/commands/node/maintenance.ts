import { Args, Flags } from '@oclif/core';
import { cleanText } from '../../cli/show-key.js';
import { TopologyCommand } from '../../cli/topology-command.js';

/** Says that somebody works on a node. */
export default class NodeMaintenance extends TopologyCommand {
  static override readonly summary =
    'say that somebody works on a node: no clients, and no alarm when it is down';

  static override readonly description = `From then on the node takes no clients, also after a restart, and that it is down is no alarm (KV_NODE_MAINTENANCE instead of KV_NODE_DOWN); as a replica it goes on while it is up, and what it misses is kept and brought to it as ever. The cluster remembers it until it is ended with \`off\`.
It is refused (exit 6) when some range would have no quorum of its copies without the node; --checks skip does it all the same.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n2 on',
    '<%= config.bin %> <%= command.id %> n2 off',
  ];

  static override readonly args = {
    node: Args.string({ description: 'name of the node', ignoreStdin: true, required: true }),
    state: Args.string({
      description: 'whether somebody works on it',
      ignoreStdin: true,
      required: true,
      options: ['on', 'off'],
    }),
  };

  static override readonly flags = {
    checks: Flags.option({
      helpGroup: 'SAFETY',
      summary: 'whether every range must keep a quorum of its copies without the node',
      default: 'strict' as const,
      options: ['strict', 'skip'] as const,
    })(),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeMaintenance);
    const { node } = args;
    const on = args.state === 'on';
    const view = await this.withClient(flags, async (client) =>
      this.change(
        await this.describe(client),
        { action: on ? 'maintain' : 'serve', node },
        { checks: flags.checks },
      ),
    );
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { node, maintenance: on, epoch: view.epoch },
      text: () => (this.quiet ? '' : textOf(cleanText(node), on)),
    });
  }
}

function textOf(node: string, on: boolean): string {
  return on
    ? `${node} is in maintenance: it takes no clients, and that it is down is no alarm.\nWhen it is up again and well: kv node maintenance ${node} off\n`
    : `${node} is out of maintenance: it takes clients, and that it is down is an alarm.\n`;
}
