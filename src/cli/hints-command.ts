import { Args, Flags } from '@oclif/core';
import type { KvClient } from '../client/client.js';
import { hintsByTarget, type TargetHints } from '../node/core/hints/hints-view.js';
import type { HintsAction } from '../node/core/views/hint-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { ClientCommand, type ConnectionFlags } from './client-command.js';
import { askEach, nodesNamed } from './each-node.js';
import { missingWarnings } from './envelope.js';
import { heldHints, type HeldHints } from './held-hints.js';

const WORDS: Readonly<Record<HintsAction, string>> = {
  pause: 'paused',
  resume: 'resumed',
  replay: 'to be replayed now',
  purge: 'purged',
};

/** The node whose hints are meant. */
export const TARGET_ARG = {
  node: Args.string({
    description: 'name or id of the node that missed writes; all of them, if absent',
    ignoreStdin: true,
  }),
};

/** Whose hints are meant, when not those of all. */
export const HOLDER_FLAG = {
  holder: Flags.string({ helpValue: 'NODE', summary: 'only the hints that this node keeps' }),
};

/** A command that has every holder do something with its hints. */
export abstract class HintsCommand extends ClientCommand {
  /** Asks the holders one after the other, and prints what they did. */
  protected async act(
    action: HintsAction,
    {
      flags,
      target = '',
    }: {
      readonly flags: ConnectionFlags & { readonly holder?: string | undefined };
      readonly target?: string | undefined;
    },
  ): Promise<void> {
    const { status, answers, missing, held } = await this.withClient(flags, async (client) => {
      const view = await client.status();
      if (target !== '') hintsOf(view, target);
      const holders = holdersOf(view, flags.holder);
      const names = holders.map(({ name }) => name);
      return {
        status: view,
        held: action === 'replay' ? heldHints(view, target, names) : NOTHING_HELD,
        ...(await askEach({ among: holders, name: flags.holder }, ({ endpoint }) =>
          client.hints(endpoint, action, target),
        )),
      };
    });
    const acted = answers.map(({ node, hints }) => ({
      node,
      hints: Math.max(0, hints - (held.on.get(node) ?? 0)),
    }));
    const hints = acted.reduce((sum, one) => sum + one.hints, 0);
    const on = acted.flatMap((one) => (one.hints === 0 ? [] : one.node)).join(' ');
    await this.print({
      cluster: status.cluster,
      viewedFrom: status.viewedFrom,
      result: { action, target: target === '' ? undefined : target, hints, holders: acted },
      warnings: [...held.warnings, ...missingWarnings(missing)],
      partial: missing,
      text: () =>
        hints === 0 && held.warnings.length > 0
          ? 'nothing is sent now\n'
          : `${hints === 1 ? '1 hint' : `${hints} hints`} ${WORDS[action]}${on === '' ? '' : ` on ${on}`}\n`,
    });
  }

  /** What is kept for a node. @throws KvError KV_USAGE when no node has that name */
  protected async hintsFor(client: KvClient, name: string): Promise<TargetHints | undefined> {
    return hintsOf(await client.status(), name);
  }
}

/** The nodes that may keep hints: those that answered, or the one that is named. */
function holdersOf({ nodes }: StatusView, holder: string | undefined): StatusView['nodes'] {
  const named = nodesNamed(nodes, holder);
  return holder === undefined ? named.filter(({ report }) => report !== undefined) : named;
}

/** What is kept for a node. @throws KvError KV_USAGE when no node has that name */
function hintsOf(view: StatusView, name: string): TargetHints | undefined {
  const found = hintsByTarget(view).find((one) => one.target === name || one.nodeId === name);
  // Of a node that was removed there is no row, but there may be hints.
  if (found === undefined) nodesNamed(view.nodes, name);
  return found;
}

const NOTHING_HELD: HeldHints = { on: new Map(), warnings: [] };
