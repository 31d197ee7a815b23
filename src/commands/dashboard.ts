import { Flags } from '@oclif/core';
import { ClientCommand } from '../cli/client-command.js';
import { DashboardSource } from '../cli/dashboard-source.js';
import { durationFlag } from '../cli/flags.js';
import { openDashboard, requireTerminal } from '../cli/open-dashboard.js';

const INTERVAL_MS = 1000;

/** The live view of the cluster. */
export default class Dashboard extends ClientCommand {
  static override readonly summary = 'watch the cluster live on this terminal';

  static override readonly description =
    'Needs a terminal; where there is none, use `kv status -w`. The keys are listed under ?.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --view gossip --interval 500ms',
    '<%= config.bin %> <%= command.id %> --ascii',
  ];

  static override readonly flags = {
    view: Flags.option({
      summary: 'what to begin with',
      default: 'overview' as const,
      options: ['overview', 'ring', 'gossip', 'node', 'hints', 'jobs', 'events'] as const,
    })(),
    interval: durationFlag({ summary: 'time between two pictures (1s)' }),
    ascii: Flags.boolean({ summary: 'draw with ASCII characters only' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Dashboard);
    await requireTerminal();
    const { connect } = await import('../cli/connect.js');
    const source = new DashboardSource(this.endpoints(flags), (endpoints) =>
      connect({ endpoints, dialTimeoutMs: flags['dial-timeout'], timeoutMs: flags.timeout }),
    );
    try {
      await openDashboard(source, {
        intervalMs: flags.interval ?? INTERVAL_MS,
        initialView: flags.view,
        ascii: flags.ascii ? true : undefined,
        color: flags['no-color'] || flags.color === 'never' ? false : undefined,
      });
    } finally {
      source.close();
    }
  }
}
