import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { DevCommand, UP_FLAGS } from '../../cli/dev/dev-command.js';
import { devDir, devPaths } from '../../cli/dev/dev-dir.js';
import type { DevState } from '../../cli/dev/dev-state.js';
import { LAUNCHER } from '../../cli/dev/launcher.js';
import type { UpReport } from '../../cli/dev/up-report.js';
import { KvError } from '../../node/core/errors.js';

/** Starts the local cluster in the background. */
export default class DevUp extends DevCommand {
  static override readonly summary = 'start the local cluster in the background';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -n 5 --fresh',
  ];

  static override readonly flags = UP_FLAGS;

  async run(): Promise<void> {
    const { flags } = await this.parse(DevUp);
    const dir = devDir(flags.dir, process.env);
    const nodes = flags.nodes === undefined ? [] : ['--nodes', String(flags.nodes)];
    const fresh = flags.fresh ? ['--fresh'] : [];
    await this.printState(await startSupervisor(dir, [...nodes, ...fresh]));
  }
}

/** Resolves once the cluster serves; the supervisor goes on without this process. */
function startSupervisor(dir: string, extra: readonly string[]): Promise<DevState> {
  let log: number;
  // Beside the directory, which --fresh deletes.
  const logFile = `${devPaths(dir).dir}.log`;
  try {
    mkdirSync(dir, { recursive: true });
    log = openSync(logFile, 'a');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new KvError('KV_DATA_DIR_UNUSABLE', `cannot use ${dir}: ${reason}`, { cause: error });
  }
  const child = spawn(process.execPath, [LAUNCHER, 'dev', 'supervise', '--dir', dir, ...extra], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      // Sent by `kv dev supervise` of this very version.
      const report = message as UpReport;
      child.disconnect();
      child.unref();
      if (report.ok) resolve(report.state);
      else reject(new KvError(report.code, report.message, { hints: report.hints }));
    });
    child.once('exit', (code) => {
      const message = `the supervisor ended with code ${code ?? 'none'}: see ${logFile}`;
      reject(new KvError('KV_INTERNAL', message));
    });
  });
}
