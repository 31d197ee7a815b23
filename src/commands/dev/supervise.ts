import { DevCommand, UP_FLAGS } from '../../cli/dev/dev-command.js';
import { clusterProbe } from '../../cli/dev/cluster-probe.js';
import { devDir } from '../../cli/dev/dev-dir.js';
import { LAUNCHER } from '../../cli/dev/launcher.js';
import { Supervisor } from '../../cli/dev/supervisor.js';
import { onStopSignals } from '../../cli/dev/until-stopped.js';
import type { UpReport } from '../../cli/dev/up-report.js';

/** The process behind `kv dev up`: it reports over its pipe, then supervises until it is stopped. */
export default class DevSupervise extends DevCommand {
  static override readonly summary = 'supervise a local cluster in the background';
  static override readonly hidden = true;
  static override readonly flags = UP_FLAGS;

  async run(): Promise<void> {
    const { flags } = await this.parse(DevSupervise);
    const stopped = new Promise<void>((resolve) => {
      const supervisor = new Supervisor({
        dir: devDir(flags.dir, process.env),
        nodes: flags.nodes,
        fresh: flags.fresh,
        mode: 'background',
        binary: LAUNCHER,
        probe: clusterProbe,
        onDown: () => void supervisor.stop().then(resolve),
      });
      onStopSignals({
        stop: () => void supervisor.stop().then(resolve),
        force: () => void supervisor.killAll().then(resolve),
      });
      supervisor.start().then(
        () => {
          report({ ok: true, state: supervisor.state() });
        },
        (error: unknown) => {
          const { code, message, hints } = this.failureOf(error).error;
          report({ ok: false, code, message, hints });
          resolve();
        },
      );
    });
    await stopped;
  }
}

/** Tells whoever started this process, and lets go of the pipe: it lives on without its parent. */
function report(message: UpReport): void {
  if (process.send === undefined) return;
  process.send(message, () => {
    if (process.connected) process.disconnect();
  });
}
