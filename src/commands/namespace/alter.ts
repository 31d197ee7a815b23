import { Args, Flags } from '@oclif/core';
import { NamespaceCommand } from '../../cli/namespace-command.js';
import { DEFAULT_LEVEL_FLAG, defaultTtlFlag } from '../../cli/namespace-flags.js';
import { KvError } from '../../node/core/errors.js';

/** Changes the defaults of a namespace. */
export default class NamespaceAlter extends NamespaceCommand {
  static override readonly summary = 'change the defaults of a namespace';

  static override readonly description =
    'Values that are there keep the life that they were put with.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> sessions --default-ttl 30m',
    '<%= config.bin %> <%= command.id %> sessions --no-default-ttl --default-consistency one',
  ];

  static override readonly args = {
    name: Args.string({ description: 'its name', ignoreStdin: true, required: true }),
  };

  static override readonly flags = {
    'default-ttl': defaultTtlFlag({
      summary: 'how long values live that are put without --ttl',
      exclusive: ['no-default-ttl'],
    }),
    'no-default-ttl': Flags.boolean({ summary: 'values put without --ttl live for good' }),
    ...DEFAULT_LEVEL_FLAG,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NamespaceAlter);
    const defaultTtlMs = flags['no-default-ttl'] ? 'none' : flags['default-ttl'];
    const defaultLevel = flags['default-consistency'];
    if (defaultTtlMs === undefined && defaultLevel === undefined)
      throw new KvError('KV_USAGE', 'nothing to change was given', {
        hints: ['--default-ttl 1h', '--no-default-ttl', '--default-consistency one'],
      });
    const changed = await this.withClient(flags, (client) =>
      this.change(client, () => ({ action: 'alter', name: args.name, defaultTtlMs, defaultLevel })),
    );
    await this.printChanged(changed, 'altered');
  }
}
