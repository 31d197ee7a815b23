import { Flags } from '@oclif/core';
import { confirmByName } from '../../cli/confirm.js';
import { TopologyCommand } from '../../cli/topology-command.js';
import { NO_INPUT_FLAG } from '../../cli/topology-flags.js';
import { cleanText } from '../../cli/show-key.js';
import type { StatusView } from '../../node/core/views/status-views.js';

/** Gives the cluster other voters when a majority of them is lost for good. */
export default class ClusterRecover extends TopologyCommand {
  static override readonly summary =
    'choose new voters when a majority of the voters is lost for good';

  static override readonly description = `Without a majority of its voters a cluster serves data, and can change nothing: no plan, no namespace. When the lost ones can be started again, start them, and do not use this.
All nodes that are up have to agree to new voters, chosen among them. What the lost voters decided last, and nobody else has heard of, is given up; if they come back with that, they are refused, and have to be started with an empty directory. Those that are not that far come back as ever. Afterwards remove, replace or forget the nodes that are lost.
It is refused (exit 6) while a majority of the voters may be alive, and when no more than half of all nodes are up, which --minority overrides: only when the others are gone, not when they cannot be reached.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --confirm CLUSTER',
  ];

  static override readonly flags = {
    ...NO_INPUT_FLAG,
    'dry-run': Flags.boolean({
      helpGroup: 'SAFETY',
      summary: 'say whether it would be done; exit with 6 if not',
    }),
    minority: Flags.boolean({
      helpGroup: 'SAFETY',
      summary: 'also when half of the nodes or more are lost',
    }),
    confirm: Flags.string({
      helpGroup: 'SAFETY',
      helpValue: 'NAME',
      summary: 'the name of the cluster, instead of typing it',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterRecover);
    await this.withClient(flags, async (client) => {
      const asked = await this.describe(client);
      const change = { action: 'recover', isMinorityMeant: flags.minority } as const;
      await this.change(asked, change, { dryRun: true });
      const before = await client.status();
      const lost = lostVoters(before);
      const dryRun = flags['dry-run'];
      if (!dryRun) {
        await confirmByName({
          name: asked.described.cluster,
          what: `The voters ${lost.join(' ')} are given up: what only they have decided is lost for good.`,
          given: flags.confirm,
          interactive: this.interactive(flags),
        });
        await this.change(asked, change);
      }
      const after = dryRun ? before : await client.status();
      const voters = after.nodes.filter(({ voter }) => voter).map(({ name }) => name);
      await this.print({
        cluster: after.cluster,
        viewedFrom: after.viewedFrom,
        result: { dryRun, lost, voters, epoch: after.ring.epoch },
        text: () => (this.quiet ? '' : textOf({ dryRun, lost, voters })),
      });
    });
  }
}

function lostVoters({ nodes }: StatusView): readonly string[] {
  return nodes
    .filter(({ voter, liveness }) => voter && liveness === 'down')
    .map(({ name }) => name);
}

function textOf({
  dryRun,
  lost,
  voters,
}: {
  readonly dryRun: boolean;
  readonly lost: readonly string[];
  readonly voters: readonly string[];
}): string {
  const gone = cleanText(lost.join(' '));
  if (dryRun) return `Ready: the voters ${gone} would be given up. Nothing was changed.\n`;
  const [first = 'NODE'] = lost;
  return `Recovered: the voters are ${cleanText(voters.join(' '))}.\nFor each of ${gone} next: kv node replace ${cleanText(first)} --with NEW | kv node remove ${cleanText(first)}\n`;
}
