import { Flags } from '@oclif/core';
import { ClientCommand } from '../../cli/client-command.js';
import { renderRing } from '../../cli/render/ring.js';
import { ringFacts } from '../../cli/results.js';

/** Who owns which part of the token space. */
export default class RingShow extends ClientCommand {
  static override readonly summary = 'show who owns which part of the token space, and how evenly';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all',
    '<%= config.bin %> <%= command.id %> --all --json',
  ];

  static override readonly flags = {
    all: Flags.boolean({ summary: 'every range, with the nodes that hold it' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RingShow);
    const view = await this.withClient(flags, (client) => client.ring({ all: flags.all }));
    await this.print({ ...ringFacts(view), text: (look) => renderRing(view, look) });
  }
}
