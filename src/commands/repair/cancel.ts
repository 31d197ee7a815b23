import { Args } from '@oclif/core';
import { endedText, knownRepair } from '../../cli/known-repairs.js';
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
    await this.withClient(flags, async (client) => {
      const all = await this.repairs(client, args.repair);
      const { endpoint, job } = knownRepair(all, args.repair);
      // Also one that has ended: it may be that its end could not be written.
      const { jobs } = await client.repair(endpoint, { action: 'cancel', job: job.id });
      const after = jobs[0] ?? job;
      const message = endedText(job, after);
      const told = message === '' ? undefined : { code: 'KV_REPAIR_ENDED', message };
      await this.printJob(after, all.status, told);
    });
  }
}
