import { JOB_ARG, JobCommand } from '../../cli/job-command.js';

/** Lets a plan go on. */
export default class JobResume extends JobCommand {
  static override readonly summary = 'let a plan that was paused go on';

  static override readonly description = 'It goes on where it was.';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> p-12'];

  static override readonly args = JOB_ARG;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(JobResume);
    await this.withClient(flags, (client) => this.turn(client, args.job, 'resume'));
  }
}
