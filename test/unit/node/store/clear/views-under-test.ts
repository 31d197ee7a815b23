import type {
  ClusterMetadata,
  MetadataChange,
  Namespace,
} from '../../../../../src/node/core/metadata/cluster-metadata.js';
import { RING_SIZE } from '../../../../../src/node/core/ring/token.js';
import { clusterViewOf } from '../../../../../src/node/metadata/cluster-view.js';
import type { ClusterView } from '../../../../../src/node/services.js';
import { assert } from '../../../../../src/stdx/assert.js';
import { after, initOf, nodeOf } from '../../core/metadata/states.js';

/** Tokens of node `n` of four, in turns, so that each range has three of them one after the other. */
function tokensOf(n: number, vnodes: number): readonly number[] {
  return Array.from({ length: vnodes }, (_, i) => ((4 * i + n - 1) * RING_SIZE) / (4 * vnodes));
}

/** Four nodes, each of which owns no copy of a quarter of the ring, in a cluster that holds data. */
export function fourNodes(vnodes = 4): ClusterMetadata {
  let state = after(undefined, initOf(nodeOf(1), tokensOf(1, vnodes)));
  for (const n of [2, 3, 4])
    state = after(state, { kind: 'join', member: nodeOf(n), tokens: tokensOf(n, vnodes) });
  return after(state, { kind: 'open' });
}

/** The cluster as a node knows it, changed by a test. */
export class ViewsUnderTest {
  #view: ClusterView | undefined;
  readonly #listeners = new Set<(view: ClusterView) => void>();

  constructor(metadata: ClusterMetadata | undefined) {
    this.#view = metadata && clusterViewOf(metadata);
  }

  current(): ClusterView | undefined {
    return this.#view;
  }

  subscribe(listener: (view: ClusterView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get now(): ClusterView {
    assert(this.#view !== undefined, 'the node is in a cluster');
    return this.#view;
  }

  /** The default namespace. */
  get namespace(): Namespace {
    const [namespace] = this.now.metadata.namespaces;
    assert(namespace !== undefined, 'there is always one');
    return namespace;
  }

  /** Applies entries, one after the other. */
  change(...changes: readonly MetadataChange[]): void {
    for (const change of changes) {
      this.#view = clusterViewOf(after(this.#view?.metadata, change));
      for (const listener of this.#listeners) listener(this.#view);
    }
  }

  /** The plan that runs makes steps. */
  step(...steps: readonly Extract<MetadataChange, { kind: 'step-plan' }>['to'][]): void {
    for (const to of steps)
      this.change({ kind: 'step-plan', plan: this.now.metadata.plan?.id ?? 0, to });
  }
}
