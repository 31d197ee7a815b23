import { JOB_ARG, JobCommand } from '../../cli/job-command.js';

/** Lets a plan wait. */
export default class JobPause extends JobCommand {
  static override readonly summary = 'let a plan wait: nothing is moved until it is resumed';

  static override readonly description =
    'The cluster serves on, as the step that the plan is in says.';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> p-12'];

  static override readonly args = JOB_ARG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(JobPause);
    await this.withClient(flags, (client) => this.turn(client, args.job, 'pause'));
  }
}
