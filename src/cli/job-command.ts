import { Args } from '@oclif/core';
import type { KvClient } from '../client/client.js';
import type { PlanView, TopologyChange, TopologyView } from '../node/core/views/topology-views.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import { endedOfJob, endedText, planOfJob } from './plan-job.js';
import { CANCELLED_EXIT, TopologyCommand, topologyResult } from './topology-command.js';

/** The job that a command is about. */
export const JOB_ARG = {
  job: Args.string({
    description: 'name of the plan, as kv job list shows it',
    ignoreStdin: true,
    required: true,
  }),
};

/** A command about the plan that runs. */
export abstract class JobCommand extends TopologyCommand {
  /** What is known of the plan of that name. @throws KvError KV_USAGE when it does not run */
  protected async running(
    client: KvClient,
    job: string,
  ): Promise<{ readonly view: TopologyView; readonly plan: PlanView }> {
    const view = await client.askAny((node, ms) => node.topology(ms));
    return { view, plan: planOfJob(view, job) };
  }

  /** Prints how the plan of that name has ended, if it has; the exit code says it, if that is wished. */
  protected async printedEnded(view: TopologyView, job: string, exits: boolean): Promise<boolean> {
    const ended = endedOfJob(view, job);
    if (ended === undefined) return false;
    const { end, epoch } = ended;
    const changes = ended.changes.map((text) => ({ text }));
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: { job, end, epoch, changes },
      exit: exits && end === 'cancelled' ? CANCELLED_EXIT : undefined,
      text: () => `${endedText(ended)}\n`,
    });
    return true;
  }

  /** Pauses or resumes the plan of that name, and says so. */
  protected async turn(
    client: KvClient,
    job: string,
    action: Extract<TopologyChange, { readonly plan: number }>['action'] & ('pause' | 'resume'),
  ): Promise<void> {
    const { plan } = await this.running(client, job);
    const view = await this.change(await this.describe(client), { action, plan: plan.id });
    await this.print({
      cluster: view.cluster,
      viewedFrom: view.viewedFrom,
      result: topologyResult(view),
      text: () => (this.quiet ? '' : turnedText(jobOf(plan), action)),
    });
  }
}

function turnedText(job: string, action: 'pause' | 'resume'): string {
  return action === 'pause'
    ? `Paused ${job}: nothing is moved until \`kv job resume ${job}\`. Reads and writes go on.\n`
    : `Resumed ${job}.\n  watch  kv job watch ${job}\n`;
}
