import { Args, Flags, type Interfaces } from '@oclif/core';
import type { ConnectionFlags } from '../../cli/client-command.js';
import { confirmYes } from '../../cli/confirm.js';
import { NamespaceCommand } from '../../cli/namespace-command.js';
import {
  DEFAULT_LEVEL_FLAG,
  defaultTtlFlag,
  replicationFlag,
  replicationIn,
  type ReplicationChoice,
} from '../../cli/namespace-flags.js';
import { planFlags, stageFlag, YES_FLAG } from '../../cli/topology-flags.js';
import { KvError } from '../../node/core/errors.js';

/** These are about the plan that another replication needs. */
const REPLICATION_FLAGS = {
  replication: replicationFlag({
    summary: 'copies in each data centre: a plan, which moves data',
    exclusive: ['default-ttl', 'no-default-ttl', 'default-consistency'],
  }),
  ...planFlags(['replication']),
  ...stageFlag(['replication']),
  ...YES_FLAG,
};

type ReplicationFlags = ConnectionFlags & Interfaces.InferredFlags<typeof REPLICATION_FLAGS>;

/** Changes the defaults or the replication of a namespace. */
export default class NamespaceAlter extends NamespaceCommand {
  static override readonly summary = 'change the defaults or the replication of a namespace';

  static override readonly description = `Values that are there keep the life that they were put with.
Another replication moves data: it is a plan, which is shown, asked for, begun and followed as \`kv cluster commit\` does; Ctrl-C detaches.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> sessions --default-ttl 30m',
    '<%= config.bin %> <%= command.id %> sessions --no-default-ttl --default-consistency one',
    '<%= config.bin %> <%= command.id %> orders --replication dc1=3 --dry-run',
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
    ...REPLICATION_FLAGS,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NamespaceAlter);
    const { replication } = flags;
    if (replication !== undefined) {
      await this.#replicate(args.name, replication, flags);
      return;
    }
    const defaultTtlMs = flags['no-default-ttl'] ? 'none' : flags['default-ttl'];
    const defaultLevel = flags['default-consistency'];
    if (defaultTtlMs === undefined && defaultLevel === undefined)
      throw new KvError('KV_USAGE', 'nothing to change was given', {
        hints: ['--default-ttl 1h', '--no-default-ttl', '--replication 3'],
      });
    const changed = await this.withClient(flags, (client) =>
      this.changeNamespace(client, () => ({
        action: 'alter',
        name: args.name,
        defaultTtlMs,
        defaultLevel,
      })),
    );
    await this.printChanged(changed, 'altered');
  }

  async #replicate(
    namespace: string,
    choice: ReplicationChoice,
    flags: ReplicationFlags,
  ): Promise<void> {
    await this.withClient(flags, async (client, signal) => {
      const asked = await this.describe(client);
      const replication = replicationIn(choice, asked.described);
      const wish = {
        change: { action: 'replicate', namespace, replication },
        ...{ checks: flags.checks, stage: flags.stage },
        ...{ dryRun: flags['dry-run'], detach: flags.detach },
        confirm: () =>
          confirmYes({
            what: flags.stage ? 'Stage this change' : 'Begin this plan',
            given: flags.yes,
            interactive: this.interactive(flags),
          }),
      } as const;
      await this.carryOut(asked, wish, signal);
    });
  }
}
