import { ClientCommand } from '../../cli/client-command.js';
import { renderPlan } from '../../cli/render/plan.js';
import { topologyResult } from '../../cli/topology-command.js';
import { CHECKS_FLAG } from '../../cli/topology-flags.js';
import { planCommands } from '../../node/core/views/plan-words.js';
import type { TopologyView } from '../../node/core/views/topology-views.js';

/** What is to change of the ring, or changes. */
export default class ClusterPlan extends ClientCommand {
  static override readonly summary = 'show what is staged, or the plan that runs: what moves where';

  static override readonly description = `A node that is started with --join, and a change that is asked for with --stage, wait until \`kv cluster commit\` makes one plan of all that is staged.
HOLDS is the share of the keys that a node has a copy of, AFTER the same after the plan, GETS and BYTES what it is given. What the checks say is of this moment.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --checks enabled',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = CHECKS_FLAG;

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterPlan);
    const view = await this.withClient(flags, (client) =>
      client.askAny((node, ms) => node.topology(ms)),
    );
    const frame = { checks: flags.checks, next: nextOf(view) };
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: topologyResult(view),
      text: (look) => renderPlan(view, frame, look),
    });
  }
}

function nextOf({ plan, staged }: TopologyView): readonly string[] {
  if (plan !== undefined) return planCommands(plan);
  return staged.length > 0
    ? ['kv cluster commit', 'kv cluster discard']
    : ['kv node start --join HOST:PORT', 'kv node decommission NODE'];
}
