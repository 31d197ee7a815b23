import { askControl } from '../../cli/dev/control-socket.js';
import { DevCommand, DIR_FLAG } from '../../cli/dev/dev-command.js';
import { devDir, devPaths } from '../../cli/dev/dev-dir.js';

/** The processes of the local cluster. */
export default class DevStatus extends DevCommand {
  static override readonly summary = 'show the processes of the local cluster';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = DIR_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(DevStatus);
    const { socket } = devPaths(devDir(flags.dir, process.env));
    const state = await askControl(socket, { op: 'status' });
    await this.printState(state ?? this.recorded(flags.dir));
  }
}
