import { setTimeout as sleep } from 'node:timers/promises';
import { DevCommand, DIR_FLAG } from '../../cli/dev/dev-command.js';
import { isAlive } from '../../cli/dev/dev-state.js';
import { KvError } from '../../node/core/errors.js';

const DOWN_MS = 20_000;
const LOOK_MS = 50;

/** Stops the local cluster, however it was started. */
export default class DevDown extends DevCommand {
  static override readonly summary = 'stop the local cluster; its data stays';

  static override readonly examples = ['<%= config.bin %> <%= command.id %>'];

  static override readonly flags = DIR_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(DevDown);
    const { pid } = await this.ask(flags.dir, { op: 'down' });
    const deadlineMs = performance.now() + DOWN_MS;
    while (isAlive(pid)) {
      if (performance.now() > deadlineMs)
        throw new KvError(
          'KV_NOT_READY',
          `process ${pid} has not stopped after ${DOWN_MS / 1000} s`,
        );
      await sleep(LOOK_MS);
    }
    await this.printState(this.recorded(flags.dir));
  }
}
