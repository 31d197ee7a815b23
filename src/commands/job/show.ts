import { JOB_ARG, JobCommand } from '../../cli/job-command.js';
import { planOfJob } from '../../cli/plan-job.js';
import { renderPlan } from '../../cli/render/plan.js';
import { topologyResult } from '../../cli/topology-command.js';

/** One plan. */
export default class JobShow extends JobCommand {
  protected override readonly writes = false;

  static override readonly summary = 'show how far a plan is, and why it waits';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> p-12'];

  static override readonly args = JOB_ARG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(JobShow);
    const view = await this.withClient(flags, (client) =>
      client.askAny((node, ms) => node.topology(ms)),
    );
    if (await this.printedEnded(view, args.job, false)) return;
    planOfJob(view, args.job);
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: topologyResult(view),
      text: (look) => renderPlan(view, { checks: 'strict', next: [] }, look),
    });
  }
}
