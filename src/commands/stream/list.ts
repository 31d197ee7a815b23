import { ClientCommand } from '../../cli/client-command.js';
import { renderStreams } from '../../cli/render/streams.js';
import { streamsFacts } from '../../cli/results.js';

/** What is moved while the ring changes. */
export default class StreamList extends ClientCommand {
  static override readonly summary =
    'list what is being moved while the ring changes, and how fast';

  static override readonly description =
    'A row for each group of ranges that is being moved: ON is the node that moves it, FROM those that have it, TO those that get it. What is moved is where it belongs at once. How far the whole plan is, says `kv job show`; what repairs move, `kv repair list`.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(StreamList);
    const view = await this.withClient(flags, (client) => client.status());
    await this.print({ ...streamsFacts(view), text: (look) => renderStreams(view, look) });
  }
}
