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
    }: {
      readonly change: TopologyChange;
      /** What is to be typed; undefined for the name of the cluster. */
      readonly node: string | undefined;
      readonly what: string;
    },
  ): Promise<void> {
    await this.withClient(flags, async (client, signal) => {
      const asked = await this.describe(client);
      const wish = {
        ...{ change, checks: flags.checks, stage: flags.stage },
        ...{ dryRun: flags['dry-run'], detach: flags.detach },
        confirm: () =>
          confirmByName({
            name: node ?? asked.described.cluster,
            what,
            given: flags.confirm,
            interactive: this.interactive(flags),
          }),
      };
      await this.carryOut(asked, wish, signal);
    });
  }
}
