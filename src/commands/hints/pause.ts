import { HintsCommand, HOLDER_FLAG, TARGET_ARG } from '../../cli/hints-command.js';

/** Holds hints back. */
export default class HintsPause extends HintsCommand {
  static override readonly summary =
    'hold the replay of hints back, until it is resumed or the holder restarts';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> n4',
  ];

  static override readonly args = TARGET_ARG;

  static override readonly flags = HOLDER_FLAG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(HintsPause);
    await this.act('pause', { flags, target: args.node });
  }
}
