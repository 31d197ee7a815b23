import type { ClusterSettings } from '../settings.js';
import type { Member, Namespace } from './cluster-metadata.js';

/** The members that own ranges: a joining node has none yet, a removed one has none any more. */
export function ringMembers<M extends Pick<Member, 'state'>>(state: {
  readonly members: readonly M[];
}): readonly M[] {
  return state.members.filter((member) => member.state === 'normal' || member.state === 'leaving');
}

/** Copies that a namespace really keeps in each data centre that has nodes: min(factor, eligible nodes). */
export function effectiveReplication(
  state: {
    readonly members: readonly Pick<Member, 'state' | 'dc'>[];
    readonly settings: Pick<ClusterSettings, 'defaultReplicationFactor'>;
  },
  namespace: Pick<Namespace, 'replication'>,
): Readonly<Record<string, number>> {
  const nodes = new Map<string, number>();
  for (const { dc } of ringMembers(state)) nodes.set(dc, (nodes.get(dc) ?? 0) + 1);
  const wanted = (dc: string): number =>
    namespace.replication === undefined
      ? state.settings.defaultReplicationFactor
      : (namespace.replication[dc] ?? 0);
  return Object.fromEntries([...nodes].map(([dc, count]) => [dc, Math.min(wanted(dc), count)]));
}
