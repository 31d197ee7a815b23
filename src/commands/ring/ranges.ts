import { Args, Flags } from '@oclif/core';
import { paragraphs } from '../../cli/paragraphs.js';
import { RingCommand } from '../../cli/ring-command.js';
import { renderRanges } from '../../cli/render/ring-ranges.js';
import { rangesView } from '../../cli/ring/ranges-view.js';
import { NAMESPACE_FLAG } from '../../cli/namespace-flags.js';
import { frameResult } from '../../cli/ring/frame-result.js';

/** The ranges of a node, or all. */
export default class RingRanges extends RingCommand {
  static override readonly summary = 'show the ranges of a node, or all, and who holds them';

  static override readonly description =
    paragraphs(`KIND is what the node is to a range, OWNERS are all that hold it, the primary first. While something is staged or a plan runs, THEN is what the node is to it afterwards,
and CHANGE says who loses it (-) and who gains it (+); ranges are cut where the tokens of new nodes will be.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n2',
    '<%= config.bin %> <%= command.id %> --moving',
    '<%= config.bin %> <%= command.id %> n2 -n orders --json',
  ];

  static override readonly args = {
    node: Args.string({ description: 'name of the node; without it all', ignoreStdin: true }),
  };

  static override readonly flags = {
    ...NAMESPACE_FLAG,
    moving: Flags.boolean({ summary: 'only those that change owners by what is planned' }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RingRanges);
    const { moving, namespace } = flags;
    const picture = await this.picture(flags);
    const view = rangesView(picture, { node: args.node, namespace, moving });
    const { frame, ...rest } = view;
    await this.printRing(picture, {
      result: { ...frameResult(frame), ...rest },
      text: (look) => renderRanges(view, { moving }, look),
    });
  }
}
