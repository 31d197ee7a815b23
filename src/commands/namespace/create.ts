import { Args } from '@oclif/core';
import { NamespaceCommand } from '../../cli/namespace-command.js';
import {
  DEFAULT_LEVEL_FLAG,
  defaultTtlFlag,
  replicationFlag,
  replicationIn,
} from '../../cli/namespace-flags.js';

/** Makes a namespace. */
export default class NamespaceCreate extends NamespaceCommand {
  static override readonly summary = 'make a namespace: a set of keys with its own replication';

  static override readonly description = `It can be used at once, with -n NAME. Of the same key each namespace has a value of its own.
Replication and defaults can be changed afterwards, with \`kv namespace alter\`.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> orders',
    '<%= config.bin %> <%= command.id %> sessions --replication 2 --default-ttl 1h',
    '<%= config.bin %> <%= command.id %> audit --replication dc1=3,dc2=2 --default-consistency each-quorum',
  ];

  static override readonly args = {
    name: Args.string({ description: 'its name', ignoreStdin: true, required: true }),
  };

  static override readonly flags = {
    replication: replicationFlag({
      summary: 'copies in each data centre; without it the default of the cluster',
    }),
    'default-ttl': defaultTtlFlag({
      summary: 'how long values live that are put without --ttl; without it, for good',
    }),
    ...DEFAULT_LEVEL_FLAG,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NamespaceCreate);
    const { replication: choice } = flags;
    const changed = await this.withClient(flags, (client) =>
      this.changeNamespace(client, (described) => ({
        action: 'create',
        namespace: {
          name: args.name,
          mode: 'lww',
          replication: choice === undefined ? undefined : replicationIn(choice, described),
          defaultTtlMs: flags['default-ttl'],
          defaultLevel: flags['default-consistency'] ?? 'quorum',
        },
      })),
    );
    await this.printChanged(changed, 'created');
  }
}
