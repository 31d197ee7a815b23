import { confirmYes } from '../../cli/confirm.js';
import { JOB_ARG, JobCommand } from '../../cli/job-command.js';
import { changesText } from '../../cli/render/plan-words.js';
import { NO_INPUT_FLAG, YES_FLAG } from '../../cli/topology-flags.js';

/** Takes a plan back. */
export default class JobCancel extends JobCommand {
  static override readonly summary = 'take a plan back: the ring stays as it was';

  static override readonly description = `Whoever was to leave stays. Whoever was to join has to be started anew, with an empty directory: it may hold records by now that are old when it comes back.
Once all data is moved (step read-new) a plan cannot be cancelled any more: it ends within seconds.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> p-12',
    '<%= config.bin %> <%= command.id %> p-12 --yes',
  ];

  static override readonly args = JOB_ARG;

  static override readonly flags = { ...NO_INPUT_FLAG, ...YES_FLAG };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(JobCancel);
    await this.withClient(flags, async (client) => {
      const { plan } = await this.running(client, args.job);
      await confirmYes({
        what: `Cancel ${args.job} (${changesText(plan.changes)})`,
        given: flags.yes,
        interactive: this.interactive(flags),
      });
      const asked = await this.describe(client);
      const view = await this.change(asked, { action: 'cancel', plan: plan.id });
      const { cluster, viewedFrom, epoch } = view;
      const ended = { job: args.job, changes: plan.changes, cluster, viewedFrom, epoch };
      await this.printEnd({ ...ended, end: 'cancelled' }, 0);
    });
  }
}
