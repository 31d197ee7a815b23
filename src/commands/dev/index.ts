import { Flags } from '@oclif/core';
import { clusterProbe } from '../../cli/dev/cluster-probe.js';
import { DevCommand, UP_FLAGS } from '../../cli/dev/dev-command.js';
import { devDir } from '../../cli/dev/dev-dir.js';
import { LAUNCHER } from '../../cli/dev/launcher.js';
import { Supervisor } from '../../cli/dev/supervisor.js';
import { onStopSignals } from '../../cli/dev/until-stopped.js';
import { hasTerminal, openDashboard } from '../../cli/open-dashboard.js';
import { renderStatus } from '../../cli/render/status.js';
import { statusFacts } from '../../cli/results.js';

const TICK_MS = 1_000;

/** A local cluster in the foreground: with the dashboard on a terminal, else with its status. */
export default class Dev extends DevCommand {
  static override readonly summary = 'run a local cluster of three nodes until Ctrl-C';

  static override readonly description = `Starts node processes on loopback, waits until all agree on the ring, and opens the dashboard; without a terminal it
prints the status and serves until a signal. The data stays for the next run. Other terminals may use \`kv dev kill n2\`,
\`kv dev start n2\`, \`kv status\`, \`kv put\` and so on meanwhile.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -n 5 --fresh',
    '<%= config.bin %> <%= command.id %> --no-dashboard',
  ];

  static override readonly flags = {
    ...UP_FLAGS,
    dashboard: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'open the dashboard when there is a terminal',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Dev);
    const closing = new AbortController();
    let stopped: Promise<void> | undefined;
    const stop = (): void => {
      closing.abort();
      stopped ??= supervisor.stop();
    };
    const supervisor = new Supervisor({
      dir: devDir(flags.dir, process.env),
      nodes: flags.nodes,
      fresh: flags.fresh,
      mode: 'foreground',
      binary: LAUNCHER,
      probe: clusterProbe,
      onDown: stop,
    });
    onStopSignals({ stop, force: () => void supervisor.killAll() });
    await this.note(`starting a local cluster in ${supervisor.state().dir}`);
    try {
      await supervisor.start();
      if (!closing.signal.aborted) await this.#show(supervisor, flags.dashboard, closing.signal);
    } catch (error) {
      // Ctrl-C while it starts makes the start fail: that is what was asked for.
      if (!closing.signal.aborted) throw error;
    }
    stop();
    await stopped;
    await this.note('the local cluster has stopped; its data stays');
  }

  /** Until the reader quits, or something aborts the signal. */
  async #show(supervisor: Supervisor, dashboard: boolean, signal: AbortSignal): Promise<void> {
    if (dashboard && !this.wantsJson && (await hasTerminal())) {
      await this.#dashboard(supervisor, signal);
      return;
    }
    const status = await clusterProbe.status(supervisor.endpoints());
    await this.print({ ...statusFacts(status), text: (look) => renderStatus(status, look) });
    await this.note(
      'try: npx kv put hello world | npx kv get hello | npx kv dashboard | npx kv dev kill n2',
    );
    await this.note('serving until Ctrl-C');
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  async #dashboard(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
    const { connect } = await import('../../cli/connect.js');
    const { DashboardSource } = await import('../../cli/dashboard-source.js');
    const { chooseEndpoints } = await import('../../cli/endpoints.js');
    const { endpoints } = chooseEndpoints(supervisor.endpoints().join(','), process.env);
    const source = new DashboardSource(endpoints, (nodes) =>
      connect({ endpoints: nodes, dialTimeoutMs: undefined, timeoutMs: undefined }),
    );
    try {
      await openDashboard(source, { intervalMs: TICK_MS, signal });
    } finally {
      source.close();
    }
  }
}
