import { Args } from '@oclif/core';
import { DevCommand, DIR_FLAG } from '../../cli/dev/dev-command.js';

/** Asks the supervisor to kill one node. */
export default class DevKill extends DevCommand {
  static override readonly summary = 'kill a node of the local cluster, as a crash does (SIGKILL)';

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
    const { args, flags } = await this.parse(DevKill);
    await this.printState(await this.ask(flags.dir, { op: 'kill', node: args.node }));
  }
}
