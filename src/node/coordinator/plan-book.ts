import { KvError } from '../core/errors.js';
import type { Member, Namespace, NodeId } from '../core/metadata/cluster-metadata.js';
import { unknownNamespace } from '../core/metadata/namespaces.js';
import { parseLevel } from '../core/quorum/consistency-level.js';
import { ringMembers } from '../core/metadata/replication.js';
import type { OperationKind } from '../core/quorum/explain.js';
import {
  makeReplicaPlan,
  type PlannedMove,
  type ReplicaPlan,
} from '../core/quorum/replica-plan.js';
import {
  countingTwice,
  requirementOf,
  type Requirement,
  type RequirementUse,
} from '../core/quorum/requirement.js';
import { forgottenIn } from '../core/topology/forgotten.js';
import { isMovingToken, type Owners } from '../core/topology/owners.js';
import type { ClusterView } from '../services.js';

/** A plan, and what a level asks of it; shared by all requests of a kind for keys with the same replicas. */
export interface PlannedRequest {
  readonly plan: ReplicaPlan;
  readonly requirement: Requirement;
  /** What a read brings to replicas before it answers must reach these; the same as the requirement while nothing moves. */
  readonly spread: Requirement;
  /** Replicas that count twice, for old and for next owners; undefined when it makes no difference who is asked. */
  readonly preferred: readonly number[] | undefined;
}

/** What an operation asks of a level; an empty one is the default of the namespace. */
export interface PlanQuery {
  readonly operation: OperationKind;
  readonly token: number;
  readonly level: string;
}

interface Page {
  readonly plan: ReplicaPlan;
  /** By level; reads and writes share them while nothing moves. */
  readonly reads: Map<string, PlannedRequest>;
  readonly writes: Map<string, PlannedRequest>;
}

/** The plans of one epoch, each made once: a request finds its plan and requirement by two look-ups. */
export class PlanBook {
  readonly view: ClusterView;
  readonly #localDc: string;
  readonly #members: ReadonlyMap<NodeId, Member>;
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  readonly #forgotten: ReadonlySet<NodeId>;
  /** Members that own ranges, and the data centres they stand in. */
  readonly #size: { readonly members: number; readonly dcs: number };
  // A view gives the same object for the same owners.
  readonly #pages = new Map<number, WeakMap<Owners, Page>>();

  constructor(view: ClusterView, ownId: NodeId) {
    this.view = view;
    const { members, namespaces, plan } = view.metadata;
    this.#forgotten = forgottenIn(plan?.changes);
    this.#members = new Map(members.map((member) => [member.nodeId, member]));
    this.#namespaces = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
    const present = ringMembers(view.metadata);
    this.#size = { members: present.length, dcs: new Set(present.map(({ dc }) => dc)).size };
    this.#localDc = this.#members.get(ownId)?.dc ?? '';
  }

  /** The namespace of that name, or the error to answer with. */
  namespace(name: string): Namespace | KvError {
    const found = this.#namespaces.get(name);
    if (found !== undefined) return found;
    return unknownNamespace([...this.#namespaces.keys()], name);
  }

  /** Where the copies of a token belong. */
  planFor(namespace: Namespace, token: number): ReplicaPlan {
    return this.#pageOf(namespace, token).plan;
  }

  /** Where the copies of a token belong and how many must answer. */
  request(namespace: Namespace, { operation, token, level }: PlanQuery): PlannedRequest | KvError {
    const page = this.#pageOf(namespace, token);
    const known = (operation === 'read' ? page.reads : page.writes).get(level);
    return known ?? this.#makeRequest(namespace, page, { operation, level });
  }

  /** What to warn a writer of: fewer copies in the ring as it is than the replication asks for; undefined when there are enough. */
  shortfall(namespace: Namespace, { replicas, move }: ReplicaPlan): string | undefined {
    const wanted = this.#copiesWanted(namespace);
    const copies = move === undefined ? replicas.length : move.old.length;
    if (copies >= wanted) return undefined;
    const { members } = this.#size;
    const size = members === 1 ? '1 member' : `${members} members`;
    return `${copies} of ${wanted} copies: the cluster has ${size}`;
  }

  #copiesWanted({ replication }: Namespace): number {
    if (replication === undefined)
      return this.#size.dcs * this.view.metadata.settings.defaultReplicationFactor;
    return Object.values(replication).reduce((sum, copies) => sum + copies, 0);
  }

  #pageOf(namespace: Namespace, token: number): Page {
    const owners = this.view.ownersOf(namespace, token);
    let pages = this.#pages.get(namespace.id);
    if (pages === undefined) {
      pages = new WeakMap();
      this.#pages.set(namespace.id, pages);
    }
    const known = pages.get(owners);
    if (known !== undefined) return known;
    const reads = new Map<string, PlannedRequest>();
    const page: Page = {
      plan: this.#makePlan(namespace, owners),
      reads,
      writes: isMovingToken(owners) ? new Map<string, PlannedRequest>() : reads,
    };
    pages.set(owners, page);
    return page;
  }

  #makePlan(namespace: Namespace, owners: Owners): ReplicaPlan {
    return makeReplicaPlan({
      epoch: this.view.metadata.epoch,
      namespace: namespace.id,
      replicas: owners.write.map((nodeId) => ({
        nodeId,
        dc: this.#members.get(nodeId)?.dc ?? '',
        ...(isMovingToken(owners) && this.#forgotten.has(nodeId) ? { isForgotten: true } : {}),
      })),
      move: isMovingToken(owners) ? moveOf(owners) : undefined,
    });
  }

  #makeRequest(
    namespace: Namespace,
    { plan, reads, writes }: Page,
    { operation, level }: Pick<PlanQuery, 'operation' | 'level'>,
  ): PlannedRequest | KvError {
    const counted = parseLevel(level === '' ? namespace.defaultLevel : level);
    if (counted instanceof KvError) return counted;
    const ask = (use: RequirementUse): Requirement | KvError =>
      requirementOf(counted, plan, { localDc: this.#localDc, use });
    const requirement = ask(operation);
    if (requirement instanceof KvError) return requirement;
    const spread = operation === 'write' || plan.move === undefined ? requirement : ask('repair');
    if (spread instanceof KvError) return spread;
    const preferred = countingTwice(plan, requirement);
    const request: PlannedRequest = { plan, requirement, spread, preferred };
    (operation === 'read' ? reads : writes).set(level, request);
    return request;
  }
}

function moveOf({ old, next, write, read }: Owners): PlannedMove {
  const placesOf = (set: readonly NodeId[]): readonly number[] =>
    set.map((nodeId) => write.indexOf(nodeId));
  return { old: placesOf(old), next: placesOf(next), reads: read === next ? 'next' : 'old' };
}
