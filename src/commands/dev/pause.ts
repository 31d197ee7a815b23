import { Args } from '@oclif/core';
import { DevCommand, DIR_FLAG } from '../../cli/dev/dev-command.js';

/** Asks the supervisor to pause one node. */
export default class DevPause extends DevCommand {
  static override readonly summary =
    'stop a node of the local cluster for a while, as a stall does (SIGSTOP)';

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
    const { args, flags } = await this.parse(DevPause);
    await this.printState(await this.ask(flags.dir, { op: 'pause', node: args.node }));
  }
}
