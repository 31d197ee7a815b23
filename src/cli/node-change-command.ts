import type { Interfaces } from '@oclif/core';
import type { ConnectionFlags } from './client-command.js';
import { confirmByName } from './confirm.js';
import type { NODE_CHANGE_FLAGS } from './topology-flags.js';
import { TopologyCommand } from './topology-command.js';
import type { TopologyChange } from '../node/core/views/topology-views.js';

type NodeChangeFlags = ConnectionFlags & Interfaces.InferredFlags<typeof NODE_CHANGE_FLAGS>;

/** A command that takes a node out of the ring: it asks for the name of that node. */
export abstract class NodeChangeCommand extends TopologyCommand {
  protected async changeNode(
    flags: NodeChangeFlags,
    {
      change,
      node,
      what,
    }: { readonly change: TopologyChange; readonly node: string; readonly what: string },
  ): Promise<void> {
    await this.withClient(flags, async (client, signal) => {
      const wish = {
        ...{ change, checks: flags.checks, stage: flags.stage },
        ...{ dryRun: flags['dry-run'], detach: flags.detach },
        confirm: () =>
          confirmByName({
            name: node,
            what,
            given: flags.confirm,
            interactive: this.interactive(flags),
          }),
      };
      await this.carryOut(await this.describe(client), wish, signal);
    });
  }
}
