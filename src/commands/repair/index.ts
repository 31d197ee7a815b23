import { Flags } from '@oclif/core';
import type { KvClient } from '../../client/client.js';
import { KEY_FLAGS } from '../../cli/flags.js';
import { parseKey } from '../../cli/keys.js';
import { blockers, renderRepairPlan } from '../../cli/render/repair.js';
import { endpointOf, RepairCommand } from '../../cli/repair-command.js';
import { tokenRangeFlag } from '../../cli/token-range.js';
import { KvError } from '../../node/core/errors.js';
import { scopeText } from '../../node/core/repair/scope-text.js';
import type {
  RepairAnswer,
  RepairPlanView,
  RepairScope,
} from '../../node/core/views/repair-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';

/** Repairs ranges now. */
export default class Repair extends RepairCommand {
  static override readonly summary = 'make the copies of ranges equal now, with progress';

  static override readonly description =
    'Nodes repair by themselves; this does it now. Without a selector every range of the cluster is repaired; with several, what all of them name. The node that is asked drives it. Ctrl-C detaches: the repair goes on.';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n4',
    '<%= config.bin %> <%= command.id %> --key user:1042',
    '<%= config.bin %> <%= command.id %> --range 0x00000000..0x10000000 --dry-run',
  ];

  static override readonly flags = {
    node: Flags.string({ helpValue: 'NODE', summary: 'ranges of which this node is an owner' }),
    range: tokenRangeFlag({
      summary:
        'slots that meet these tokens, the last one excluded; 5..3 goes over the end of the ring',
    }),
    key: Flags.string({ helpValue: 'KEY', summary: 'the slot of this key' }),
    ...KEY_FLAGS,
    namespace: Flags.string({ char: 'n', helpValue: 'NAME', summary: 'ranges of this namespace' }),
    'dry-run': Flags.boolean({ helpGroup: 'SAFETY', summary: 'show the plan, and do nothing' }),
    detach: Flags.boolean({ summary: 'begin it, and do not wait for its end' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Repair);
    const { node, range, namespace } = flags;
    const key = flags.key === undefined ? undefined : parseKey(flags.key, flags['key-encoding']);
    const scope = { node, range, key, namespace };
    await this.withClient(flags, async (client, signal) => {
      const status = await client.status();
      if (flags['dry-run']) await this.#plan(client, status, scope);
      else await this.#repair(client, { status, scope, detach: flags.detach, signal });
    });
  }

  async #plan(client: KvClient, status: StatusView, scope: RepairScope): Promise<void> {
    const { plan } = await this.#call(client, status, { action: 'plan', scope });
    await this.print({
      ...factsOf(status),
      result: { dryRun: true, plan },
      warnings: warningsOf(plan),
      text: (look) => renderRepairPlan(plan, scopeText(scope), look),
    });
  }

  async #repair(
    client: KvClient,
    {
      status,
      scope,
      detach,
      signal,
    }: {
      readonly status: StatusView;
      readonly scope: RepairScope;
      readonly detach: boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { plan, jobs } = await this.#call(client, status, { action: 'start', scope });
    const [job] = jobs;
    if (job === undefined) throw new KvError('KV_NOT_A_KV_NODE', 'the node began no repair');
    if (!this.wantsJson)
      await this.note(renderRepairPlan(plan, job.scope, this.noteLook).trimEnd());
    if (detach) {
      await this.print({
        ...factsOf(status),
        result: { dryRun: false, plan, job },
        warnings: this.wantsJson ? warningsOf(plan) : [],
        text: () =>
          `Repair ${job.id} started on ${job.node}.\n  watch  kv repair watch ${job.id}\n  stop   kv repair cancel ${job.id}\n`,
      });
      return;
    }
    await this.note(
      `Repair ${job.id} started on ${job.node}. Ctrl-C detaches; the repair goes on.`,
    );
    const endpoint = endpointOf(viewing(status));
    await this.printJob(await this.follow(client, { endpoint, job }, signal), status);
  }

  /** Asks the node that answered for the status: it drives the repair. */
  async #call(
    client: KvClient,
    status: StatusView,
    call: { readonly action: 'plan' | 'start'; readonly scope: RepairScope },
  ): Promise<RepairAnswer & { readonly plan: RepairPlanView }> {
    const answer = await client.repair(endpointOf(viewing(status)), call);
    const { plan } = answer;
    if (plan === undefined) throw new KvError('KV_NOT_A_KV_NODE', 'the node told no plan');
    return { ...answer, plan };
  }
}

function viewing({ nodes, viewedFrom }: StatusView): StatusView['nodes'][number] {
  const node = nodes.find((one) => one.viewing);
  if (node !== undefined) return node;
  throw new KvError('KV_UNREACHABLE', `${viewedFrom} does not say where it listens`);
}

function factsOf({ cluster, viewedFrom }: StatusView): {
  readonly cluster: string;
  readonly viewedFrom: string;
} {
  return { cluster, viewedFrom };
}

function warningsOf(
  plan: RepairPlanView,
): readonly { readonly code: string; readonly message: string }[] {
  return blockers(plan).map((message) => ({ code: 'KV_REPAIR_PARTIAL', message }));
}
