import type {
  NamespaceChanged,
  NamespacesView,
  NamespaceView,
} from '../../node/core/views/namespace-views.js';
import { formatDuration } from '../../stdx/duration.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { document } from './lines.js';

/** All namespaces, a row each. */
export function renderNamespaces({ namespaces }: NamespacesView, look: Look): string {
  return document(renderTable(COLUMNS, namespaces, look));
}

const COLUMNS: readonly Column<NamespaceView>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'REPLICATION', cell: replicationText },
  { title: 'COPIES', cell: ({ copies }) => countsText(copies) },
  { title: 'TTL', align: 'right', cell: lifeText },
  { title: 'CONSISTENCY', cell: ({ defaultLevel }) => defaultLevel },
  { title: 'MODE', cell: ({ mode }) => mode, drop: 1 },
  { title: 'ID', align: 'right', cell: ({ id }) => String(id), drop: 2 },
];

/** One namespace, a line for each of its properties. */
export function renderNamespace(namespace: NamespaceView, look: Look): string {
  const { name, copies, defaultLevel, mode, id } = namespace;
  return document([
    look.paint('bold', cleanText(name)),
    `  replication  ${replicationText(namespace)}`,
    `  copies       ${countsText(copies)}`,
    `  ttl          ${lifeText(namespace)}`,
    `  consistency  ${defaultLevel}`,
    `  mode         ${mode}`,
    `  id           ${id}`,
  ]);
}

/** What became of a change, with what there is now. */
export function renderNamespaceChanged(
  { namespace, epoch }: NamespaceChanged,
  done: 'created' | 'altered' | 'dropped',
  look: Look,
): string {
  const head = `${done} ${cleanText(namespace.name)}, epoch ${epoch}`;
  if (done === 'dropped') return document([head]);
  return document([head, '']) + renderNamespace(namespace, look);
}

function replicationText({ replication }: NamespaceView): string {
  return replication === undefined ? 'cluster default' : countsText(replication);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([dc, count]) => `${cleanText(dc)}=${count}`).join(',') || 'none';
}

function lifeText({ defaultTtlMs }: NamespaceView): string {
  return defaultTtlMs === undefined ? 'none' : formatDuration(defaultTtlMs);
}
