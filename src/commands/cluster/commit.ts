import { confirmYes } from '../../cli/confirm.js';
import { TopologyCommand } from '../../cli/topology-command.js';
import { planFlags, YES_FLAG } from '../../cli/topology-flags.js';

/** Begins what is staged. */
export default class ClusterCommit extends TopologyCommand {
  static override readonly summary = 'make one plan of all that is staged, and begin it';

  static override readonly description =
    'Data is moved while the cluster serves. The plan belongs to the cluster: Ctrl-C detaches, and it goes on; `kv job` watches, pauses and cancels it.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --yes --detach',
  ];

  static override readonly flags = { ...planFlags(), ...YES_FLAG };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterCommit);
    await this.withClient(flags, async (client, signal) => {
      const wish = {
        change: { action: 'commit' },
        ...{ checks: flags.checks, stage: false },
        ...{ dryRun: flags['dry-run'], detach: flags.detach },
        confirm: () =>
          confirmYes({
            what: 'Begin this plan',
            given: flags.yes,
            interactive: this.interactive(flags),
          }),
      } as const;
      await this.carryOut(await this.describe(client), wish, signal);
    });
  }
}
