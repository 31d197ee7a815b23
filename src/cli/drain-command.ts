import { setTimeout as delay } from 'node:timers/promises';
import { Args } from '@oclif/core';
import type { KvClient } from '../client/client.js';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { DrainView } from '../node/core/views/node-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { ClientCommand, type ConnectionFlags } from './client-command.js';
import { askEach, nodesNamed, type AskedNode } from './each-node.js';
import { cleanText } from './show-key.js';

const POLL_MS = 100;

/** The node whose clients are meant. */
export const DRAIN_ARGS = {
  node: Args.string({ description: 'name or id of the node', ignoreStdin: true, required: true }),
};

/** A command that sends the clients of one node elsewhere, or has it take them again. */
export abstract class DrainCommand extends ClientCommand {
  protected override readonly writes: boolean = true;

  protected async turn(drained: boolean, flags: ConnectionFlags, name: string): Promise<void> {
    const { status, view } = await this.withClient(flags, async (client) => {
      const before = await client.status();
      if (drained) checkOthers(before, name);
      const { answers } = await askEach({ among: before.nodes, name }, (node) =>
        drainedOf(client, node, drained),
      );
      return { status: before, view: answers[0]! };
    });
    const { node, queuedBytes } = view;
    await this.print({
      cluster: status.cluster,
      viewedFrom: status.viewedFrom,
      result: { node, drained, queuedBytes },
      text: () => (this.quiet ? '' : textOf(view)),
    });
  }
}

/** Has the node do it; when it drains, waits until it has answered what it took on before, as long as an operation may take. */
async function drainedOf(
  client: KvClient,
  { endpoint }: AskedNode,
  drained: boolean,
): Promise<DrainView> {
  const untilMs = performance.now() + LIMITS.requestMs;
  for (;;) {
    const view = await client.askNode(endpoint, (node, ms) => node.drain(drained, ms));
    if (!drained || view.queuedBytes === 0 || performance.now() >= untilMs) return view;
    await delay(POLL_MS);
  }
}

/** @throws KvError KV_USAGE for a node that is unknown, KV_PLAN_REFUSED when no other node would take the clients */
function checkOthers({ nodes }: StatusView, name: string): void {
  const [own] = nodesNamed(nodes, name);
  const others = nodes.filter((node) => node.name !== own?.name);
  if (others.some(({ report }) => report?.ready === true && !report.drained)) return;
  const what = others.length === 0 ? 'it is the only node' : 'no other node takes clients';
  throw new KvError('KV_PLAN_REFUSED', `${name} was not drained: ${what}`, {
    hints: ['kv status'],
  });
}

function textOf({ node, drained, queuedBytes }: DrainView): string {
  const name = cleanText(node);
  if (!drained) return `${name} takes clients.\n`;
  const rest = queuedBytes === 0 ? '' : ' It still answers what it took on before.';
  return `${name} is drained: it takes no clients, and goes on as a replica.${rest}\nStop it now, or take clients again with: kv node resume ${name}\n`;
}
