import type { Member, Namespace } from '../metadata/cluster-metadata.js';
import { afterMoves } from '../ring/rebalance.js';
import type { PlannedChange } from './topology-plan.js';

type PlannedMember = Pick<Member, 'nodeId' | 'state' | 'tokens'>;

interface Planned {
  readonly members: readonly PlannedMember[];
  readonly namespaces: readonly Pick<Namespace, 'id' | 'replication'>[];
}

/** The members and namespaces as they are once these changes are made: who has joined owns its tokens, who has left is removed. */
export function stateAfter<S extends Planned>(state: S, changes: readonly PlannedChange[]): S {
  return changes.reduce(afterChange, state);
}

function afterChange<S extends Planned>(state: S, change: PlannedChange): S {
  if (change.kind === 'replication') {
    const { namespace, replication } = change;
    const namespaces = state.namespaces.map((one) =>
      one.id === namespace ? { ...one, replication } : one,
    );
    return { ...state, namespaces };
  }
  if (change.kind === 'rebalance')
    return { ...state, members: afterMoves(state.members, change.moves) };
  const members = state.members.map((member): PlannedMember => {
    if (member.nodeId !== change.nodeId) {
      const isReplaced = change.kind === 'join' && change.replaces === member.nodeId;
      return isReplaced ? { ...member, state: 'removed', tokens: [] } : member;
    }
    return change.kind === 'join'
      ? { ...member, state: 'normal', tokens: change.tokens }
      : { ...member, state: 'removed', tokens: [] };
  });
  return { ...state, members };
}
