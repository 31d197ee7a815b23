import { KvError } from '../core/errors.js';
import type { Namespace } from '../core/metadata/cluster-metadata.js';
import { tokenOf } from '../core/ring/token.js';
import { formatVersion } from '../core/version/version.js';
import type { OwnersView, OwnerView } from '../core/views/ring-views.js';
import type { Inspection } from '../coordinator/inspect.js';
import { isServing, nameOf, shownState, type ViewContext } from './context.js';

/** Which nodes hold a key, whether a quorum of them can serve, and, when they were asked, what each holds. */
export function ownersView(
  context: ViewContext,
  { key, namespace }: { readonly key: Uint8Array; readonly namespace: Namespace },
  inspections: ReadonlyMap<string, Inspection> | undefined,
): OwnersView {
  const token = tokenOf(key);
  const range = context.view.ring.rangeOf(token);
  const replicas = context.view.placementOf(namespace).replicaSetOf(token);
  return {
    viewedFrom: nameOf(context, context.ownId),
    atMs: context.atMs,
    namespace: namespace.name,
    key,
    token,
    range: { start: range.start, end: range.end },
    quorum: Math.floor(replicas.length / 2) + 1,
    alive: replicas.filter((id) => isServing(context, id)).length,
    replicas: replicas.map((id, i) => ownerView(context, { id, primary: i === 0 }, inspections)),
  };
}

function ownerView(
  context: ViewContext,
  replica: { readonly id: string; readonly primary: boolean },
  inspections: ReadonlyMap<string, Inspection> | undefined,
): OwnerView {
  const member = context.view.metadata.members.find((one) => one.nodeId === replica.id);
  if (member === undefined) throw new KvError('KV_INTERNAL', `${replica.id} owns but is no member`);
  return {
    node: member.name,
    rack: member.rack,
    role: replica.primary ? 'primary' : 'replica',
    state: shownState(member, context.stateOf(replica.id)),
    forMs: context.sightingOf(replica.id)?.forMs ?? 0,
    ...copyOf(inspections?.get(replica.id)),
  };
}

function copyOf(
  inspection: Inspection | undefined,
): Pick<OwnerView, 'copy' | 'sizeBytes' | 'version' | 'expiresAtMs' | 'error'> {
  const nothing = {
    sizeBytes: undefined,
    version: undefined,
    expiresAtMs: undefined,
    error: undefined,
  };
  if (inspection === undefined) return { copy: 'unknown', ...nothing };
  switch (inspection.kind) {
    case 'digest':
      if (inspection.digest === undefined) return { copy: 'missing', ...nothing };
      return {
        copy: inspection.digest.tombstone ? 'tombstone' : 'present',
        sizeBytes: inspection.digest.sizeBytes,
        version: formatVersion(inspection.digest.version),
        expiresAtMs: inspection.digest.expiresAtMs,
        error: undefined,
      };
    case 'corrupt':
      return { copy: 'corrupt', ...nothing };
    case 'failed':
      return {
        copy: 'unknown',
        ...nothing,
        error: { code: inspection.code, message: inspection.message },
      };
  }
}
