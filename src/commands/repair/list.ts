import { missingWarnings } from '../../cli/envelope.js';
import { renderRepairJobs } from '../../cli/render/repair.js';
import { RepairCommand } from '../../cli/repair-command.js';

/** The repairs that people asked for. */
export default class RepairList extends RepairCommand {
  static override readonly summary = 'list the repairs that were asked for, the newest first';

  static override readonly examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<void> {
    const { flags } = await this.parse(RepairList);
    const all = await this.withClient(flags, (client) => this.repairs(client, undefined));
    const { status, found, missing } = all;
    await this.print({
      cluster: status.cluster,
      viewedFrom: status.viewedFrom,
      result: { repairs: found.map(({ job }) => job) },
      warnings: missingWarnings(missing),
      partial: missing,
      text: (look) => renderRepairJobs(all, look),
    });
  }
}
