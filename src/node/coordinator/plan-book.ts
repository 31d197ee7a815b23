import { KvError } from '../core/errors.js';
import type { Member, Namespace, NodeId } from '../core/metadata/cluster-metadata.js';
import { unknownNamespace } from '../core/metadata/namespaces.js';
import { parseLevel } from '../core/quorum/consistency-level.js';
import { makeReplicaPlan, type ReplicaPlan } from '../core/quorum/replica-plan.js';
import { requirementOf, type Requirement } from '../core/quorum/requirement.js';
import type { ClusterView } from '../services.js';

/** A plan, and what the levels ask of it; shared by all requests for keys with the same replicas. */
export interface PlannedRequest {
  readonly plan: ReplicaPlan;
  readonly requirement: Requirement;
}

interface Page {
  readonly plan: ReplicaPlan;
  readonly requirements: Map<string, Requirement>;
}

/** The plans of one epoch, each made once: a request finds its plan and requirement by two look-ups. */
export class PlanBook {
  readonly view: ClusterView;
  readonly #localDc: string;
  readonly #members: ReadonlyMap<NodeId, Member>;
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  /** Members that are not removed, and the data centres they stand in. */
  readonly #size: { readonly members: number; readonly dcs: number };
  // A placement gives the same array for the same replica set.
  readonly #pages = new Map<number, WeakMap<readonly NodeId[], Page>>();

  constructor(view: ClusterView, ownId: NodeId) {
    this.view = view;
    const { members, namespaces } = view.metadata;
    this.#members = new Map(members.map((member) => [member.nodeId, member]));
    this.#namespaces = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
    const present = members.filter(({ state }) => state !== 'removed');
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

  /** Where the copies of a token belong and how many must answer; an empty level is the default of the namespace. */
  request(namespace: Namespace, token: number, level: string): PlannedRequest | KvError {
    const page = this.#pageOf(namespace, token);
    const known = page.requirements.get(level);
    if (known !== undefined) return { plan: page.plan, requirement: known };
    const counted = parseLevel(level === '' ? namespace.defaultLevel : level);
    if (counted instanceof KvError) return counted;
    const requirement = requirementOf(counted, page.plan, this.#localDc);
    if (requirement instanceof KvError) return requirement;
    page.requirements.set(level, requirement);
    return { plan: page.plan, requirement };
  }

  /** What to warn a writer of: fewer copies than the replication asks for; undefined when there are enough. */
  shortfall(namespace: Namespace, plan: ReplicaPlan): string | undefined {
    const wanted = this.#copiesWanted(namespace);
    if (plan.replicas.length >= wanted) return undefined;
    const { members } = this.#size;
    const size = members === 1 ? '1 member' : `${members} members`;
    return `${plan.replicas.length} of ${wanted} copies: the cluster has ${size}`;
  }

  #copiesWanted({ replication }: Namespace): number {
    if (replication === undefined)
      return this.#size.dcs * this.view.metadata.settings.defaultReplicationFactor;
    return Object.values(replication).reduce((sum, copies) => sum + copies, 0);
  }

  #pageOf(namespace: Namespace, token: number): Page {
    const nodeIds = this.view.placementOf(namespace).replicaSetOf(token);
    let pages = this.#pages.get(namespace.id);
    if (pages === undefined) {
      pages = new WeakMap();
      this.#pages.set(namespace.id, pages);
    }
    const known = pages.get(nodeIds);
    if (known !== undefined) return known;
    const page: Page = { plan: this.#makePlan(namespace, nodeIds), requirements: new Map() };
    pages.set(nodeIds, page);
    return page;
  }

  #makePlan(namespace: Namespace, nodeIds: readonly NodeId[]): ReplicaPlan {
    return makeReplicaPlan({
      epoch: this.view.metadata.epoch,
      namespace: namespace.id,
      replicas: nodeIds.map((nodeId) => ({ nodeId, dc: this.#members.get(nodeId)?.dc ?? '' })),
    });
  }
}
