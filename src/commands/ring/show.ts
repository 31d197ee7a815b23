import { Flags } from '@oclif/core';
import { ClientCommand } from '../../cli/client-command.js';
import { renderRing } from '../../cli/render/ring.js';
import { ringFacts } from '../../cli/results.js';
import { askRingView } from '../../cli/ring/ask-ring.js';
import { ringPicture } from '../../cli/ring/ring-picture.js';
import { plannedRing } from '../../cli/ring/show-view.js';

/** Who owns which part of the token space. */
export default class RingShow extends ClientCommand {
  static override readonly summary = 'show who owns which part of the token space, and how evenly';

  static override readonly description = `While something is staged or a plan runs, AFTER is what a node holds once that is done, + joins and - leaves; with --all each range says who loses it (-) and gains it (+).`;

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
    const answers = await this.withClient(flags, (client) => askRingView(client, flags));
    const { ring } = answers;
    const picture = ringPicture(answers);
    const planned = plannedRing(picture, ring);
    await this.print({
      ...ringFacts(ring, planned),
      warnings: picture.warnings,
      text: (look) => renderRing(ring, look, planned),
    });
  }
}
