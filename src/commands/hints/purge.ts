import { Args, Flags } from '@oclif/core';
import { confirmByName } from '../../cli/confirm.js';
import { HintsCommand, HOLDER_FLAG } from '../../cli/hints-command.js';
import { formatSize } from '../../stdx/size.js';

/** Gives hints up. */
export default class HintsPurge extends HintsCommand {
  static override readonly summary =
    'give up the hints for a node; their ranges are marked for repair';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> n4',
    '<%= config.bin %> <%= command.id %> n4 --confirm n4',
  ];

  static override readonly args = {
    node: Args.string({
      description: 'name or id of the node that missed writes',
      ignoreStdin: true,
      required: true,
    }),
  };

  static override readonly flags = {
    ...HOLDER_FLAG,
    confirm: Flags.string({
      helpValue: 'NAME',
      summary: 'the name of the node, instead of typing it',
    }),
    'no-input': Flags.boolean({ summary: 'ask nothing' }),
  };

  protected override readonly writes = true;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(HintsPurge);
    const kept = await this.withClient(flags, (client) => this.hintsFor(client, args.node));
    const size = kept === undefined ? '' : ` (${formatSize(kept.bytes)})`;
    await confirmByName({
      name: args.node,
      what: `${kept?.count ?? 0} hints${size} for ${args.node} are given up: it lacks these writes until a repair brings them.`,
      given: flags.confirm,
      interactive:
        process.stdin.isTTY && process.stderr.isTTY && !flags['no-input'] && !this.wantsJson,
    });
    await this.act('purge', { flags, target: args.node });
  }
}
