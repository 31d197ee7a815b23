import type {
  NamespaceChange,
  NamespaceChanged,
  NamespacesView,
} from '../../src/node/core/views/namespace-views.js';

const ORDERS = {
  id: 4,
  name: 'orders',
  mode: 'lww',
  replication: { dc1: 3, dc2: 5 },
  copies: { dc1: 3, dc2: 2 },
  defaultTtlMs: 60_000,
  defaultLevel: 'one',
} as const;

export const NAMESPACES: NamespacesView = {
  viewedFrom: 'n1',
  cluster: 'c',
  epoch: 9,
  namespaces: [
    ORDERS,
    { ...ORDERS, id: 1, name: 'default', replication: undefined, defaultTtlMs: undefined },
  ],
};

export const NAMESPACE_CHANGED: NamespaceChanged = {
  node: 'n1',
  cluster: 'c',
  epoch: 10,
  namespace: ORDERS,
  behind: ['n3'],
};

const { replication, defaultTtlMs } = ORDERS;
const spec = { name: 'orders', mode: 'lww', defaultLevel: 'all' } as const;

/** What a client may ask for, with all that it can say. */
export const NAMESPACE_CHANGES: readonly NamespaceChange[] = [
  { action: 'create', namespace: { ...spec, replication, defaultTtlMs } },
  { action: 'create', namespace: { ...spec, replication: undefined, defaultTtlMs: undefined } },
  { action: 'alter', name: 'orders', defaultTtlMs: 5, defaultLevel: undefined },
  { action: 'alter', name: 'orders', defaultTtlMs: 'none', defaultLevel: 'one' },
  { action: 'alter', name: 'orders', defaultTtlMs: undefined, defaultLevel: 'one' },
  { action: 'drop', name: 'orders' },
];
