import { assert } from '../../stdx/assert.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type {
  ClusterMetadata,
  MetadataChange,
  Namespace,
} from '../core/metadata/cluster-metadata.js';
import { namespaceNamed } from '../core/metadata/namespaces.js';
import { effectiveReplication } from '../core/metadata/replication.js';
import type {
  NamespaceChange,
  NamespaceChanged,
  NamespacesView,
  NamespaceView,
} from '../core/views/namespace-views.js';
import type { Clock } from '../env/clock.js';
import type { ClusterView, MetadataService } from '../services.js';
import type { Survey } from './survey.js';

export interface NamespaceAdminParts {
  readonly clock: Clock;
  readonly metadata: MetadataService;
  readonly survey: Pick<Survey, 'ask'>;
  /** The name of this node. */
  readonly name: () => string;
}

/** So long between two looks at who has heard of a change. */
const LOOK_MS = 500;

/** Shows the namespaces of the cluster, and changes them through its metadata log. */
export class NamespaceAdmin {
  readonly #parts: NamespaceAdminParts;

  constructor(parts: NamespaceAdminParts) {
    this.#parts = parts;
  }

  /** @throws KvError KV_NOT_READY before the node is in a cluster */
  view(): NamespacesView {
    const { metadata } = this.#current();
    return {
      viewedFrom: this.#parts.name(),
      cluster: metadata.clusterName,
      epoch: metadata.epoch,
      namespaces: metadata.namespaces.map((one) => viewOf(metadata, one)),
    };
  }

  /**
   * Makes a change, and waits a little until all nodes that answer know it: what they have acknowledged of an operation in the new namespace
   * they can serve at once.
   * @throws KvError KV_NAMESPACE_UNKNOWN, KV_NAMESPACE_EXISTS, KV_USAGE, KV_LEVEL_UNKNOWN, KV_LEVEL_NOT_HERE, KV_NO_VOTER_MAJORITY
   */
  async change(change: NamespaceChange, remainingMs: number): Promise<NamespaceChanged> {
    const { clock, metadata } = this.#parts;
    const endMs = clock.monotonicMs() + remainingMs;
    let before: Namespace | undefined;
    const view = await metadata.change(({ metadata: state }) => {
      before =
        change.action === 'create' ? undefined : namespaceNamed(state.namespaces, change.name);
      return entryOf(change, before);
    }, remainingMs);
    const { metadata: state } = view;
    const name = change.action === 'create' ? change.namespace.name : change.name;
    const namespace = state.namespaces.find((one) => one.name === name) ?? before;
    assert(namespace !== undefined, 'what was changed is there, or was');
    const spreadMs = Math.min(LIMITS.namespaceSpreadMs, endMs - clock.monotonicMs());
    return {
      node: this.#parts.name(),
      cluster: state.clusterName,
      epoch: state.epoch,
      namespace: viewOf(state, namespace),
      behind: await this.#behind(view, spreadMs),
    };
  }

  /** Names of the members that do not say within the time that they have applied the epoch of the view. */
  async #behind({ metadata }: ClusterView, withinMs: number): Promise<readonly string[]> {
    const { clock, survey } = this.#parts;
    const members = metadata.members.filter(({ state }) => state !== 'removed');
    const endMs = clock.monotonicMs() + withinMs;
    for (;;) {
      const answers = await survey.ask(members.map(({ nodeId }) => nodeId));
      const behind = members.filter(
        ({ nodeId }) => (answers.get(nodeId)?.report?.epoch ?? 0) < metadata.epoch,
      );
      const isSilent = behind.every(({ nodeId }) => answers.get(nodeId)?.error !== undefined);
      if (isSilent || clock.monotonicMs() + LOOK_MS > endMs) return behind.map(({ name }) => name);
      await new Promise<void>((resolve) => {
        clock.after(LOOK_MS, resolve);
      });
    }
  }

  #current(): ClusterView {
    const view = this.#parts.metadata.current();
    if (view !== undefined) return view;
    throw new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
  }
}

function entryOf(change: NamespaceChange, before: Namespace | undefined): MetadataChange {
  if (change.action === 'create') return { kind: 'create-namespace', namespace: change.namespace };
  assert(before !== undefined, 'it was looked up');
  if (change.action === 'drop') return { kind: 'drop-namespace', id: before.id };
  const { defaultTtlMs = before.defaultTtlMs, defaultLevel = before.defaultLevel } = change;
  return {
    kind: 'alter-namespace',
    id: before.id,
    defaultTtlMs: defaultTtlMs === 'none' ? undefined : defaultTtlMs,
    defaultLevel,
  };
}

function viewOf(state: ClusterMetadata, namespace: Namespace): NamespaceView {
  return { ...namespace, copies: effectiveReplication(state, namespace) };
}
