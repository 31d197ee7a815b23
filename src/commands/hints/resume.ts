import { HintsCommand, HOLDER_FLAG, TARGET_ARG } from '../../cli/hints-command.js';

/** Lets hints go on. */
export default class HintsResume extends HintsCommand {
  static override readonly summary = 'go on with the replay of hints, at once';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> n4',
  ];

  static override readonly args = TARGET_ARG;

  static override readonly flags = HOLDER_FLAG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(HintsResume);
    await this.act('resume', { flags, target: args.node });
  }
}
