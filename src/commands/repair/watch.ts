import { Args } from '@oclif/core';
import { knownRepair } from '../../cli/known-repairs.js';
import { RepairCommand } from '../../cli/repair-command.js';

/** Follows a repair to its end. */
export default class RepairWatch extends RepairCommand {
  static override readonly summary = 'follow a repair to its end';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> r-7c1e'];

  static override readonly args = {
    repair: Args.string({
      description: 'name of the repair; the newest, if absent',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RepairWatch);
    const { status, job } = await this.withClient(flags, async (client, signal) => {
      const all = await this.repairs(client, args.repair);
      const one = knownRepair(all, args.repair);
      return { status: all.status, job: await this.follow(client, one, signal) };
    });
    await this.printJob(job, status);
  }
}
