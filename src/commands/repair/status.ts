import { Args } from '@oclif/core';
import { missingWarnings } from '../../cli/envelope.js';
import { knownRepair } from '../../cli/known-repairs.js';
import { renderRepairJobs } from '../../cli/render/repair.js';
import { RepairCommand } from '../../cli/repair-command.js';

/** How far a repair is. */
export default class RepairStatus extends RepairCommand {
  static override readonly summary = 'show how far a repair is';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> r-7c1e',
  ];

  static override readonly args = {
    repair: Args.string({
      description: 'name of the repair; the newest, if absent',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RepairStatus);
    const all = await this.withClient(flags, (client) => this.repairs(client, args.repair));
    const { cluster, viewedFrom } = all.status;
    if (args.repair !== undefined || all.found.length > 0) {
      await this.printJob(knownRepair(all, args.repair).job, all.status);
      return;
    }
    await this.print({
      ...{ cluster, viewedFrom, partial: all.missing },
      warnings: missingWarnings(all.missing),
      result: { repairs: [] },
      text: (look) => renderRepairJobs(all, look),
    });
  }
}
