import { Flags } from '@oclif/core';
import { confirmYes } from '../../cli/confirm.js';
import { changesText } from '../../cli/render/plan-words.js';
import { TopologyCommand, topologyResult } from '../../cli/topology-command.js';
import { NO_INPUT_FLAG, YES_FLAG } from '../../cli/topology-flags.js';
import { KvError } from '../../node/core/errors.js';
import type { PlannedChangeView, TopologyView } from '../../node/core/views/topology-views.js';

/** Takes back what is staged. */
export default class ClusterDiscard extends TopologyCommand {
  static override readonly summary = 'take back what is staged';

  static override readonly description =
    'A node that waited to join is no member any more, and ends: to try again, start it with --join and an empty directory. A plan that runs is cancelled with `kv job cancel`.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n4 --yes',
  ];

  static override readonly flags = {
    node: Flags.string({ helpValue: 'NODE', summary: 'only what is staged of this node' }),
    ...NO_INPUT_FLAG,
    ...YES_FLAG,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterDiscard);
    const { node } = flags;
    await this.withClient(flags, async (client) => {
      const asked = await this.describe(client);
      const dropped = droppedOf(await client.askAny((one, ms) => one.topology(ms)), node);
      await confirmYes({
        what: `Discard what is staged (${changesText(dropped)})`,
        given: flags.yes,
        interactive: this.interactive(flags),
      });
      const view = await this.change(asked, { action: 'discard', node });
      await this.print({
        cluster: view.cluster,
        viewedFrom: view.viewedFrom,
        result: { discarded: dropped, ...topologyResult(view) },
        text: () => (this.quiet ? '' : `Discarded: ${changesText(dropped)}.\n`),
      });
    });
  }
}

/** What would go. @throws KvError KV_PLAN_REFUSED when that is nothing */
function droppedOf(
  { staged, plan }: TopologyView,
  node: string | undefined,
): readonly PlannedChangeView[] {
  const dropped = staged.filter((change) => node === undefined || change.node === node);
  if (dropped.length > 0) return dropped;
  const what = node === undefined ? 'nothing is staged' : `nothing is staged of ${node}`;
  const why = plan === undefined ? '' : `; a plan that runs is cancelled with \`kv job cancel\``;
  throw new KvError('KV_PLAN_REFUSED', `${what}${why}`, {
    hints: ['kv cluster plan', 'kv job list'],
  });
}
