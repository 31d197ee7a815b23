import type { KvClient } from '../client/client.js';
import { KvError } from '../node/core/errors.js';
import { blockersOf } from '../node/core/topology/plan-blockers.js';
import type { DescribeView } from '../node/core/views/describe-views.js';
import type {
  PlanCheck,
  PlanChecks,
  PlanView,
  TopologyChange,
  TopologyView,
} from '../node/core/views/topology-views.js';
import { ClientCommand, type ConnectionFlags } from './client-command.js';
import { Interrupted } from './exit-codes.js';
import { describedEndpoint, MemberAsker } from './member-asker.js';
import { followPlan, type EndedPlan } from './plan-follower.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import { PlanTeller } from './plan-teller.js';
import { renderPlan } from './render/plan.js';
import { changesText, waitingText } from './render/plan-words.js';

/** A cluster that was asked who it is: orders go to the node that answered. */
export interface Described {
  readonly client: KvClient;
  readonly described: DescribeView;
}

/** A change that is to become a plan. */
export interface PlanWish {
  readonly change: TopologyChange;
  readonly checks: PlanChecks;
  /** Stage it and no more. */
  readonly stage: boolean;
  readonly dryRun: boolean;
  readonly detach: boolean;
  /** Asks whether what is shown may begin. @throws KvError KV_NOT_CONFIRMED */
  readonly confirm: () => Promise<void>;
}

/** A command that changes the ring: shows what would move, has one node change it, and follows the plan to its end. */
export abstract class TopologyCommand extends ClientCommand {
  protected override readonly writes: boolean = true;
  /** The plan that goes on without whoever watches it. */
  #followed: string | undefined;

  /** Lends a client as every command does; Ctrl-C while a plan is followed says that it goes on. @throws KvError, Interrupted */
  protected override async withClient<T>(
    flags: ConnectionFlags,
    use: (client: KvClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await super.withClient(flags, use);
    } catch (error) {
      const isDetached = error instanceof Interrupted && error.outcome === undefined;
      if (!isDetached || this.#followed === undefined) throw error;
      await this.note(`Detached; the plan goes on.\n${waysOn(this.#followed)}`);
      throw new Interrupted('');
    }
  }

  /** Whether somebody may be asked. */
  protected interactive(flags: { readonly 'no-input': boolean }): boolean {
    return process.stdin.isTTY && process.stderr.isTTY && !flags['no-input'] && !this.wantsJson;
  }

  protected async describe(client: KvClient): Promise<Described> {
    return { client, described: await client.describe() };
  }

  /** Has one node make a change; no other is asked when it does not answer, since it may have been made. */
  protected async change(
    { client, described }: Described,
    change: TopologyChange,
    how: {
      readonly checks?: PlanChecks;
      readonly commit?: boolean;
      readonly dryRun?: boolean;
      readonly expected?: readonly string[] | undefined;
    } = {},
  ): Promise<TopologyView> {
    const order = { change, checks: 'strict', commit: false, dryRun: false, ...how } as const;
    return await client.askNode(describedEndpoint(described), (node, ms) =>
      node.changeTopology(order, ms),
    );
  }

  /** Shows what would move, asks, begins it and follows it; or as much of this as is wished. */
  protected async carryOut(asked: Described, wish: PlanWish, signal: AbortSignal): Promise<void> {
    const { change, checks, stage, dryRun } = wish;
    const how = { checks, commit: !stage };
    const shown = await this.change(asked, change, { ...how, dryRun: true });
    const found = shown.preview?.checks ?? [];
    const blockers = blockersOf(found, checks);
    const laxer = (['enabled', 'skip'] as const).find((one) => blockersOf(found, one).length === 0);
    if (dryRun) {
      await this.#printDryRun(shown, { checks, isBlocked: blockers.length > 0, laxer });
      return;
    }
    if (!this.wantsJson)
      await this.note(renderPlan(shown, { checks, next: [] }, this.noteLook).trimEnd());
    if (blockers.length > 0 && !stage) throw refusal(blockers, laxer);
    await wish.confirm();
    const expected = stage ? undefined : shown.plan?.changes.map(({ text }) => text);
    const view = await this.change(asked, change, { ...how, expected });
    if (stage) await this.#printStaged(view);
    else if (wish.detach) await this.#printDetached(view);
    else await this.#attach(asked, view, signal);
  }

  /** Follows a plan to its end, with progress on standard error; Ctrl-C leaves it to itself. @throws KvError, Interrupted */
  protected async follow(asked: Described, plan: PlanView, signal: AbortSignal): Promise<void> {
    const asker = new MemberAsker(asked.client, asked.described);
    const teller = new PlanTeller({
      ...{ format: this.format, quiet: this.quiet, look: () => this.noteLook },
      output: this.output,
    });
    this.#followed = jobOf(plan);
    try {
      const end = await followPlan(asker, plan, {
        seen: (view) => teller.tell(view),
        lost: (error) => this.note(`${error.message}; asking again, the plan goes on`),
        signal,
      });
      await teller.end();
      await this.printEnd(end);
    } catch (error) {
      // Who detaches keeps what was seen last.
      if (!signal.aborted) await teller.end();
      throw error;
    }
  }

  /** Prints how a plan has ended; one that was cancelled ends with 1, unless that was asked for. */
  protected async printEnd(
    { end, job, changes, cluster, ...at }: EndedPlan,
    cancelledExit = CANCELLED_EXIT,
  ): Promise<void> {
    const joiners = changes.filter(({ kind }) => kind === 'join' || kind === 'replace');
    const names = joiners.map(({ node }) => node).join(' ');
    await this.print({
      cluster,
      viewedFrom: at.viewedFrom,
      result: { dryRun: false, job, end, epoch: at.epoch, changes },
      exit: end === 'done' ? undefined : cancelledExit,
      text: ({ paint }) => {
        if (end === 'done') return `${paint('ok', 'Done')} ${job}: ${changesText(changes)}\n`;
        const again =
          names === '' ? '' : `  to try again, start ${names} with --join and an empty directory\n`;
        return `${paint('warn', 'Cancelled')} ${job}: the ring is as it was before\n${again}`;
      },
    });
  }

  async #printDryRun(
    view: TopologyView,
    {
      checks,
      isBlocked,
      laxer,
    }: {
      readonly checks: PlanChecks;
      readonly isBlocked: boolean;
      readonly laxer: PlanChecks | undefined;
    },
  ): Promise<void> {
    const next = isBlocked ? waysRound(laxer) : [];
    const verdict = isBlocked
      ? 'Not ready: it would be refused (exit 6).'
      : 'Ready: nothing was changed.';
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { dryRun: true, ready: !isBlocked, ...triedResult(view) },
      exit: isBlocked ? REFUSED_EXIT : undefined,
      text: (look) => `${renderPlan(view, { checks, next }, look)}${verdict}\n`,
    });
  }

  async #printStaged(view: TopologyView): Promise<void> {
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { dryRun: false, ...topologyResult(view) },
      text: () =>
        this.quiet
          ? ''
          : `Staged: ${waitingText(view.staged)}.\n  look   kv cluster plan\n  begin  kv cluster commit\n  undo   kv cluster discard\n`,
    });
  }

  async #printDetached(view: TopologyView): Promise<void> {
    const { plan } = view;
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { dryRun: false, ...topologyResult(view) },
      text: () => {
        if (plan === undefined) return 'The plan has begun, and ended.\n';
        return `Plan ${jobOf(plan)} has begun: ${changesText(plan.changes)}.\n${waysOn(jobOf(plan))}\n`;
      },
    });
  }

  async #attach(asked: Described, { plan }: TopologyView, signal: AbortSignal): Promise<void> {
    if (plan === undefined)
      throw new KvError('KV_NOT_A_KV_NODE', 'the node began no plan', {
        hints: ['kv cluster plan', 'kv job list'],
      });
    await this.note(`Plan ${jobOf(plan)} has begun. Ctrl-C detaches; the plan goes on.`);
    await this.follow(asked, plan, signal);
  }
}

/** Of a plan that was followed, and cancelled. */
export const CANCELLED_EXIT = 1;
/** As KV_PLAN_REFUSED. */
const REFUSED_EXIT = 6;

/** The document of what is staged or runs; a plan is named as the job that it is. */
export function topologyResult({ epoch, staged, plan, preview, ended }: TopologyView): object {
  return { epoch, staged, plan: plan && { job: jobOf(plan), ...plan }, preview, ended };
}

/** The document of what would run: it has no number yet, and no step. */
function triedResult(view: TopologyView): object {
  const { epoch, staged, plan, preview, ended } = view;
  return { epoch, staged: plan?.changes ?? staged, plan: undefined, preview, ended };
}

/** `laxer` is a strictness at which nothing would be in the way; some reasons hold at any. */
function refusal(blockers: readonly PlanCheck[], laxer: PlanChecks | undefined): KvError {
  const reasons = blockers.map(({ message }) => message).join('; ');
  return new KvError('KV_PLAN_REFUSED', `the plan was not begun: ${reasons}`, {
    hints: waysRound(laxer),
  });
}

function waysRound(laxer: PlanChecks | undefined): readonly string[] {
  return ['kv status', ...(laxer === undefined ? [] : [`--checks ${laxer}`])];
}

/** What may be done about a plan that is left to itself. */
function waysOn(job: string): string {
  return `  watch  kv job watch ${job}\n  stop   kv job cancel ${job}`;
}
