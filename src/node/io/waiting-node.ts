import { setTimeout as sleep } from 'node:timers/promises';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { TopologyView } from '../core/views/topology-views.js';
import type { KvNode } from '../node.js';

/** What is done for a node that waits to join a cluster that holds data. */
export interface WaitingHow {
  /** The plan that lets it in is begun at once, when nothing else is staged. */
  readonly commit: boolean;
  readonly say: (text: string) => void;
}

type WaitingNode = Pick<KvNode, 'name' | 'admin' | 'readiness'>;

/** The newcomer does not know yet who is up, right after its start: a refusal may be of this moment. */
const TRIES = 10;
const RETRY_MS = 1_000;

/** Says that a node waits for a plan that lets it in, and what to type; says nothing of one that does not wait. */
export async function tellWaiting(node: WaitingNode, { commit, say }: WaitingHow): Promise<void> {
  const view = await node.admin.topology.view();
  if (!view.staged.some(({ kind, node: name }) => kind === 'join' && name === node.name)) return;
  const refusal = commit ? await begin(node, view, say) : '';
  if (refusal === undefined) return;
  const why = refusal === '' ? '' : `; no plan was begun: ${refusal}`;
  say(
    `${node.name} waits to join ${view.cluster}: it owns nothing until a plan lets it in${why}\n  look   kv cluster plan\n  begin  kv cluster commit`,
  );
}

/** Begins the plan; gives why not, or undefined when it has begun. */
async function begin(
  { name, admin, readiness }: WaitingNode,
  { staged }: TopologyView,
  say: WaitingHow['say'],
): Promise<string | undefined> {
  if (staged.length > 1) return 'something else is staged too';
  const order = { change: { action: 'commit' }, checks: 'strict', commit: true } as const;
  for (let tries = 1; ; tries++) {
    try {
      const { plan } = await admin.topology.change(
        { ...order, dryRun: false },
        LIMITS.clientTotalMs,
      );
      const watch = plan === undefined ? '' : `\n  watch  kv job watch p-${plan.id}`;
      say(`the plan that lets ${name} in has begun${watch}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (tries === TRIES || readiness.notReady() !== undefined) return error.message;
      await sleep(RETRY_MS);
    }
  }
}
