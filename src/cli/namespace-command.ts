import type { KvClient } from '../client/client.js';
import type { DescribeView } from '../node/core/views/describe-views.js';
import type { NamespaceChange, NamespaceChanged } from '../node/core/views/namespace-views.js';
import type { Warning } from './envelope.js';
import { describedEndpoint } from './member-asker.js';
import { renderNamespaceChanged } from './render/namespaces.js';
import { TopologyCommand } from './topology-command.js';

/** A command that changes the namespaces of a cluster. */
export abstract class NamespaceCommand extends TopologyCommand {
  /** Has one node make the change; no other is asked when it does not answer, since it may have been made. */
  protected async changeNamespace(
    client: KvClient,
    change: (described: DescribeView) => NamespaceChange,
  ): Promise<NamespaceChanged> {
    const described = await client.describe();
    const wanted = change(described);
    return await client.askNode(describedEndpoint(described), (node, ms) =>
      node.changeNamespace(wanted, ms),
    );
  }

  /** Prints what became of it; nodes that do not know it yet are a warning. */
  protected async printChanged(
    changed: NamespaceChanged,
    done: keyof typeof UNTIL_THEN,
  ): Promise<void> {
    const { cluster, node, epoch, namespace, behind } = changed;
    await this.print({
      cluster,
      viewedFrom: node,
      result: { done, epoch, namespace, behind },
      warnings: warningsOf(behind, done),
      text: (look) => (this.quiet ? '' : renderNamespaceChanged(changed, done, look)),
    });
  }
}

/** What a node does that does not know the change. */
const UNTIL_THEN = {
  created: 'may refuse the namespace until then',
  altered: 'may use the old defaults until then',
  dropped: 'may serve it until then',
} as const;

function warningsOf(behind: readonly string[], done: keyof typeof UNTIL_THEN): readonly Warning[] {
  if (behind.length === 0) return [];
  const names = behind.join(' ');
  const message = `${names} ${behind.length === 1 ? 'has' : 'have'} not confirmed the change yet, and ${UNTIL_THEN[done]}`;
  return [{ code: 'KV_NODES_BEHIND', message }];
}
