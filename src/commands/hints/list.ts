import { ClientCommand } from '../../cli/client-command.js';
import { renderHints } from '../../cli/render/hints.js';
import { hintsFacts } from '../../cli/results.js';

/** What is kept for nodes that missed writes. */
export default class HintsList extends ClientCommand {
  static override readonly summary = 'show what is kept for nodes that missed writes, and by whom';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(HintsList);
    const view = await this.withClient(flags, (client) => client.status());
    await this.print({ ...hintsFacts(view), text: (look) => renderHints(view, look) });
  }
}
