import { Args } from '@oclif/core';
import { RepairCommand } from '../../cli/repair-command.js';

/** Stops a repair. */
export default class RepairCancel extends RepairCommand {
  static override readonly summary = 'stop a repair; what it has done stays so';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> r-7c1e'];

  static override readonly args = {
    repair: Args.string({
      description: 'name of the repair, as kv repair list shows it',
      ignoreStdin: true,
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RepairCancel);
    const { status, job } = await this.withClient(flags, async (client) => {
      const all = await this.repairs(client, { action: 'cancel', job: args.repair });
      return { status: all.status, job: this.oneOf(all, args.repair).job };
    });
    await this.printJob(job, status);
  }
}
