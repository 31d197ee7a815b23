import { Args } from '@oclif/core';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { TopologyCommand, topologyResult } from '../../cli/topology-command.js';
import { KvError } from '../../node/core/errors.js';
import type { PlannedChangeView, TopologyView } from '../../node/core/views/topology-views.js';

/** Keeps a node that was to leave. */
export default class NodeRecommission extends TopologyCommand {
  static override readonly summary = 'keep a node that waits to leave';

  static override readonly description =
    'It takes back what `kv node decommission --stage` or `kv node remove --stage` has staged. Once the plan runs, `kv job cancel` takes all of it back.';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> n5'];

  static override readonly args = {
    node: Args.string({ description: 'name of the node', ignoreStdin: true, required: true }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NodeRecommission);
    const { node } = args;
    await this.withClient(flags, async (client) => {
      const asked = await this.describe(client);
      checkStaged(await client.askAny((one, ms) => one.topology(ms)), node);
      const view = await this.change(asked, { action: 'discard', node });
      await this.print({
        cluster: view.cluster,
        viewedFrom: view.viewedFrom,
        result: { node, ...topologyResult(view) },
        text: () => (this.quiet ? '' : `${node} stays.\n`),
      });
    });
  }
}

/** @throws KvError KV_PLAN_REFUSED when the node does not wait to leave */
function checkStaged({ staged, plan }: TopologyView, node: string): void {
  const leaves = (change: PlannedChangeView): boolean =>
    change.node === node && (change.kind === 'leave' || change.kind === 'remove');
  if (staged.some(leaves)) return;
  if (plan?.changes.some(leaves) !== true)
    throw new KvError('KV_PLAN_REFUSED', `${node} does not wait to leave`, {
      hints: ['kv cluster plan'],
    });
  const job = jobOf(plan);
  throw new KvError(
    'KV_PLAN_REFUSED',
    `${node} leaves by plan ${job}, which runs: only the whole plan can be taken back`,
    { hints: [`kv job cancel ${job}`] },
  );
}
