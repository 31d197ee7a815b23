import { HintsCommand, HOLDER_FLAG, TARGET_ARG } from '../../cli/hints-command.js';

/** Replays hints now. */
export default class HintsReplay extends HintsCommand {
  static override readonly summary = 'replay hints now, without waiting for the next turn';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> n4',
  ];

  static override readonly args = TARGET_ARG;

  static override readonly flags = HOLDER_FLAG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(HintsReplay);
    await this.act('replay', { flags, target: args.node });
  }
}
