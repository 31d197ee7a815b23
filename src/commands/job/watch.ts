import { JOB_ARG, JobCommand } from '../../cli/job-command.js';

/** Follows a plan to its end. */
export default class JobWatch extends JobCommand {
  protected override readonly writes = false;

  static override readonly summary = 'follow a plan to its end';

  static override readonly description =
    'Progress is on standard error; with -o ndjson it is a document at a time on standard output. Exit code 0 says that the plan is done, 1 that it was cancelled, also when it has ended before (the last eight are remembered); Ctrl-C detaches, with 130.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> p-12',
    '<%= config.bin %> <%= command.id %> p-12 -o ndjson',
  ];

  static override readonly args = JOB_ARG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(JobWatch);
    await this.withClient(flags, async (client, signal) => {
      const view = await client.askAny((node, ms) => node.topology(ms));
      if (await this.printedEnded(view, args.job, true)) return;
      const { plan } = await this.running(client, args.job);
      await this.follow(await this.describe(client), plan, signal);
    });
  }
}
