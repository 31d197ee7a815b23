import { ClientCommand } from '../../cli/client-command.js';
import { missingWarnings } from '../../cli/envelope.js';
import { jobRows, renderJobRows } from '../../cli/render/plan-jobs.js';
import { endedText } from '../../cli/plan-job.js';
import { repairsOfAll } from '../../cli/repairs-of-all.js';
import type { TopologyView } from '../../node/core/views/topology-views.js';

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
      result: { jobs, ended: view.ended },
      warnings: missingWarnings(missing),
      partial: missing,
      text: (look) => `${renderJobRows(jobs, missing, look)}${endedLines(view)}`,
    });
  }
}

/** Plans that are told of after their end, in a list of what runs. */
const ENDED_SHOWN = 3;

function endedLines({ ended }: Pick<TopologyView, 'ended'>): string {
  const lines = ended.slice(-ENDED_SHOWN).map((one) => `before: ${endedText(one)}\n`);
  return lines.join('');
}
