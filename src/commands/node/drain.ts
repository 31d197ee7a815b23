import { DRAIN_ARGS, DrainCommand } from '../../cli/drain-command.js';

/** Sends the clients of a node elsewhere. */
export default class NodeDrain extends DrainCommand {
  static override readonly summary = 'send the clients of a node elsewhere, before it is stopped';

  static override readonly description =
    'The node answers what it has taken on, refuses what comes after that with KV_NOT_READY, so that clients go to other nodes, and says so at /readyz. For the other nodes nothing changes: as a replica it goes on, so no copy is missing and no hint is kept. `kv node resume` undoes it, and so does a restart. Refused (exit 6) when no other node would take the clients.';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> n2'];

  static override readonly args = DRAIN_ARGS;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeDrain);
    await this.turn(true, flags, args.node);
  }
}
