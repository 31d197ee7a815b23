import { ClientCommand } from '../../cli/client-command.js';
import { missingWarnings } from '../../cli/envelope.js';
import { jobRows, renderJobRows } from '../../cli/render/plan-jobs.js';
import { repairsOfAll } from '../../cli/repairs-of-all.js';

/** What runs now. */
export default class JobList extends ClientCommand {
  static override readonly summary = 'list what runs: the plan that changes the ring, and repairs';

  static override readonly description =
    'A plan (p-..) belongs to the cluster, a repair (r-..) to the node that drives it. Repairs have commands of their own: `kv repair status`, `watch` and `cancel`.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(JobList);
    const { view, repairs } = await this.withClient(flags, async (client) => ({
      view: await client.askAny((node, ms) => node.topology(ms)),
      repairs: await repairsOfAll(client, undefined),
    }));
    const { found, missing } = repairs;
    const jobs = jobRows(
      view,
      found.map(({ job }) => job),
    );
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { jobs },
      warnings: missingWarnings(missing),
      partial: missing,
      text: (look) => renderJobRows(jobs, missing, look),
    });
  }
}
