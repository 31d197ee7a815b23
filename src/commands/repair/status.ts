import { Args } from '@oclif/core';
import { RepairCommand } from '../../cli/repair-command.js';

/** How far a repair is. */
export default class RepairStatus extends RepairCommand {
  static override readonly summary = 'show how far a repair is';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> r-7c1e'];

  static override readonly args = {
    repair: Args.string({
      description: 'name of the repair; the newest, if absent',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RepairStatus);
    const { status, job } = await this.withClient(flags, async (client) => {
      const all = await this.repairs(client, { action: 'jobs', job: args.repair });
      return { status: all.status, job: this.oneOf(all, args.repair).job };
    });
    await this.printJob(job, status);
  }
}
