import type { NamespaceDefaults, NamespaceSpec } from '../metadata/cluster-metadata.js';

/** A namespace, and the copies that it really has. */
export interface NamespaceView extends NamespaceSpec {
  /** The epoch that created it; never used again. */
  readonly id: number;
  /** Copies of each key in each data centre, by the nodes that there are. */
  readonly copies: Readonly<Record<string, number>>;
}

/** All namespaces of a cluster, as one node knows them. */
export interface NamespacesView {
  readonly viewedFrom: string;
  readonly cluster: string;
  readonly epoch: number;
  readonly namespaces: readonly NamespaceView[];
}

/** What may be asked of the namespaces; what an `alter` does not name stays as it is. */
export type NamespaceChange =
  | { readonly action: 'create'; readonly namespace: NamespaceSpec }
  | {
      readonly action: 'alter';
      readonly name: string;
      /** `none`: values live for ever unless their put says otherwise. */
      readonly defaultTtlMs: NamespaceDefaults['defaultTtlMs'] | 'none';
      readonly defaultLevel: string | undefined;
    }
  | { readonly action: 'drop'; readonly name: string };

/** What became of a change. */
export interface NamespaceChanged {
  readonly node: string;
  readonly cluster: string;
  /** The epoch in which it holds. */
  readonly epoch: number;
  /** As it is now, or as it was when it was dropped. */
  readonly namespace: NamespaceView;
  /** Nodes that have not said within some seconds that they know it; they learn it when they can. */
  readonly behind: readonly string[];
}
