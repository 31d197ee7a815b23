import type {
  ChangeNamespaceRequest,
  ChangeNamespaceResponse,
  Namespace,
  NamespacesResponse,
} from '../../../generated/kv/v1/admin.js';
import { KvError } from '../../../node/core/errors.js';
import type {
  NamespaceChange,
  NamespaceChanged,
  NamespacesView,
  NamespaceView,
} from '../../../node/core/views/namespace-views.js';
import { required } from './required.js';
import { wordOf } from './words.js';

const modeOf = wordOf('lww');

/** The answer of `Namespaces`. @throws BadFrame when it is not one */
export function namespacesFromMessage(message: NamespacesResponse): NamespacesView {
  return { ...message, namespaces: message.namespaces.map(namespaceFromMessage) };
}

/** The answer of `ChangeNamespace`. @throws BadFrame when it is not one */
export function namespaceChangedFromMessage(message: ChangeNamespaceResponse): NamespaceChanged {
  return { ...message, namespace: namespaceFromMessage(required(message.namespace)) };
}

function namespaceFromMessage(message: Namespace): NamespaceView {
  const { mode, replication, defaultTtlMs } = message;
  const isAsked = Object.keys(replication).length > 0;
  return {
    ...message,
    mode: modeOf(mode),
    replication: isAsked ? replication : undefined,
    defaultTtlMs,
  };
}

/** What a node is asked to change. */
export function changeToMessage(change: NamespaceChange): ChangeNamespaceRequest {
  const { action } = change;
  switch (action) {
    case 'create': {
      const { name, replication = {}, defaultTtlMs, defaultLevel } = change.namespace;
      return { action, name, replication, defaultTtlMs, defaultLevel };
    }
    case 'alter': {
      const { name, defaultTtlMs: life, defaultLevel = '' } = change;
      const defaultTtlMs = life === 'none' ? 0 : life;
      return { action, name, replication: {}, defaultTtlMs, defaultLevel };
    }
    case 'drop':
      return {
        action,
        name: change.name,
        replication: {},
        defaultTtlMs: undefined,
        defaultLevel: '',
      };
  }
}

/** What a client wants to change. @throws KvError KV_USAGE for an action that nobody knows */
export function changeFromMessage(message: ChangeNamespaceRequest): NamespaceChange {
  const { action, name, replication, defaultTtlMs, defaultLevel } = message;
  switch (action) {
    case 'create': {
      const isAsked = Object.keys(replication).length > 0;
      const namespace = {
        name,
        mode: 'lww',
        replication: isAsked ? replication : undefined,
        defaultTtlMs,
        defaultLevel: defaultLevel === '' ? 'quorum' : defaultLevel,
      } as const;
      return { action, namespace };
    }
    case 'alter':
      return {
        action,
        name,
        defaultTtlMs: defaultTtlMs === 0 ? 'none' : defaultTtlMs,
        defaultLevel: defaultLevel === '' ? undefined : defaultLevel,
      };
    case 'drop':
      return { action, name };
    default:
      throw new KvError(
        'KV_USAGE',
        `no change of a namespace is called ${JSON.stringify(action)}: use create, alter, drop`,
      );
  }
}
