import { paragraphs } from '../../cli/paragraphs.js';
import { RingCommand } from '../../cli/ring-command.js';
import { renderBalance } from '../../cli/render/ring-balance.js';
import { balanceView } from '../../cli/ring/balance-view.js';
import { NAMESPACE_FLAG } from '../../cli/namespace-flags.js';
import { frameResult } from '../../cli/ring/frame-result.js';

/** How even the ring is. */
export default class RingBalance extends RingCommand {
  static override readonly summary =
    'show how evenly the keys lie on the nodes, now and as planned';

  static override readonly description =
    paragraphs(`HOLDS is the share of the keys that a node has a copy of, OF MEAN that over the mean of its rack, or of its data centre where there is one rack: copies go to
distinct racks, so that only inside a rack shares can be even. The figures AFTER are those of the ring once what is staged, or the plan that runs, is done.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -n orders -o wide',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = NAMESPACE_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(RingBalance);
    const picture = await this.picture(flags);
    const view = balanceView(picture, flags.namespace);
    const { frame, ...balance } = view;
    await this.printRing(picture, {
      result: { ...frameResult(frame), ...balance },
      text: (look) => renderBalance(view, look),
    });
  }
}
