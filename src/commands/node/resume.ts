import { DRAIN_ARGS, DrainCommand } from '../../cli/drain-command.js';

/** Has a drained node take clients again. */
export default class NodeResume extends DrainCommand {
  static override readonly summary = 'have a drained node take clients again';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> n2'];

  static override readonly args = DRAIN_ARGS;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeResume);
    await this.turn(false, flags, args.node);
  }
}
