import { Args, Flags } from '@oclif/core';
import { ClientCommand } from '../../cli/client-command.js';
import { KEY_FLAGS } from '../../cli/flags.js';
import { parseKey } from '../../cli/keys.js';
import { NAMESPACE_FLAG } from '../../cli/namespace-flags.js';
import { renderOwners } from '../../cli/render/owners.js';
import { ownersFacts } from '../../cli/results.js';

/** The nodes that hold a key, and what each has of it. */
export default class RingOwners extends ClientCommand {
  static override readonly summary = 'show which nodes hold a key, and what each has of it';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> user:1042',
    '<%= config.bin %> <%= command.id %> user:1042 --offline',
    '<%= config.bin %> <%= command.id %> user:1042 -n orders',
  ];

  static override readonly args = {
    key: Args.string({ description: 'key to look up', ignoreStdin: true, required: true }),
  };

  static override readonly flags = {
    ...NAMESPACE_FLAG,
    ...KEY_FLAGS,
    offline: Flags.boolean({ summary: 'from the ring alone, without asking the replicas' }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(RingOwners);
    const key = parseKey(args.key, flags['key-encoding']);
    const { offline, namespace } = flags;
    const view = await this.withClient(flags, (client) =>
      client.owners(key, { offline, namespace }),
    );
    await this.print({
      ...ownersFacts(view, flags['key-encoding']),
      text: (look) => renderOwners(view, { offline }, look),
    });
  }
}
