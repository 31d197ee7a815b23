import type {
  ChangeNamespaceResponse,
  Namespace,
  NamespacesResponse,
} from '../../../generated/kv/v1/admin.js';
import type {
  NamespaceChanged,
  NamespacesView,
  NamespaceView,
} from '../../core/views/namespace-views.js';

export function namespacesToMessage(view: NamespacesView): NamespacesResponse {
  return { ...view, namespaces: view.namespaces.map(namespaceToMessage) };
}

export function namespaceChangedToMessage(changed: NamespaceChanged): ChangeNamespaceResponse {
  return {
    ...changed,
    namespace: namespaceToMessage(changed.namespace),
    behind: [...changed.behind],
  };
}

function namespaceToMessage({ replication = {}, copies, ...rest }: NamespaceView): Namespace {
  return { ...rest, replication, copies };
}
