import { paragraphs } from '../../cli/paragraphs.js';
import { RingCommand } from '../../cli/ring-command.js';
import { renderDiff } from '../../cli/render/ring-diff.js';
import { diffView } from '../../cli/ring/diff-view.js';
import { NAMESPACE_FLAG } from '../../cli/namespace-flags.js';
import { frameResult } from '../../cli/ring/frame-result.js';

/** The ring now, and as it is to be. */
export default class RingDiff extends RingCommand {
  static override readonly summary = 'show which ranges change owners by what is staged or runs';

  static override readonly description =
    paragraphs(`Ranges are put together by who loses them (FROM) and who gains them (TO); SHARE is that of the keys. Who gains a range is given it by all of its owners,
not only by the one that loses it. Bytes are about what is copied, from what the nodes keep now, over all namespaces; they are told for the namespace default.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -n orders',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = NAMESPACE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(RingDiff);
    const picture = await this.picture(flags);
    const view = diffView(picture, flags.namespace);
    const { frame, moves, otherNamespaces } = view;
    await this.printRing(picture, {
      result: { ...frameResult(frame), moves: moves ?? null, otherNamespaces },
      text: (look) => renderDiff(view, look),
    });
  }
}
