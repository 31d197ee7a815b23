import type { KvClient } from '../client/client.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { askNodes } from './each-node.js';
import type { FoundRepair, KnownRepairs } from './known-repairs.js';

/** What all nodes that answered say of their repairs. */
export interface FoundRepairs extends KnownRepairs {
  readonly status: StatusView;
}

/** Asks every node for its repairs, for all or for one; newest first. */
export async function repairsOfAll(
  client: KvClient,
  id: string | undefined,
): Promise<FoundRepairs> {
  const { status, answers, missing } = await askNodes(client, undefined, async ({ endpoint }) => {
    const { jobs } = await client.repair(endpoint, { action: 'jobs', job: id });
    return jobs.map((job): FoundRepair => ({ endpoint, job }));
  });
  const found = answers.flat();
  return { status, found: found.sort((a, b) => b.job.startedAtMs - a.job.startedAtMs), missing };
}
