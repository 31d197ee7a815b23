import { Args } from '@oclif/core';
import { DevCommand, DIR_FLAG } from '../../cli/dev/dev-command.js';

/** Asks the supervisor to resume one node. */
export default class DevResume extends DevCommand {
  static override readonly summary = 'let a paused node of the local cluster go on (SIGCONT)';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> n2'];

  static override readonly args = {
    node: Args.string({
      description: 'name of the node, as n2',
      required: true,
      ignoreStdin: true,
    }),
  };

  static override readonly flags = DIR_FLAG;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DevResume);
    await this.printState(await this.ask(flags.dir, { op: 'resume', node: args.node }));
  }
}
