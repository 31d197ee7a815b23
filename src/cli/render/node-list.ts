import type { NodeView } from '../../node/core/views/node-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { UNKNOWN } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import { renderTable, type Column } from '../table.js';
import { document } from './lines.js';
import { nodeMark, nodeRole, nodeStateText } from './node-state.js';

/** The members of a cluster: what they are rather than how they do. */
export function renderNodeList(view: StatusView, look: Look): string {
  return document(renderTable(columns(view.nodes), view.nodes, look));
}

const columns = (nodes: readonly NodeView[]): readonly Column<NodeView>[] => [
  { title: '  NODE', cell: (node) => `${nodeMark(node)} ${node.name}` },
  { title: 'STATE', cell: nodeStateText, role: nodeRole },
  { title: 'ADDRESS', cell: (node) => node.address },
  {
    title: 'DC',
    cell: (node) => node.dc,
    drop: 2,
    wide: new Set(nodes.map(({ dc }) => dc)).size < 2,
  },
  { title: 'RACK', cell: (node) => node.rack, drop: 1 },
  { title: 'HOST', cell: (node) => node.host, drop: 5 },
  { title: 'VNODES', align: 'right', cell: (node) => String(node.vnodes), drop: 3 },
  { title: 'VOTER', cell: (node) => (node.voter ? 'yes' : 'no'), drop: 3 },
  { title: 'VERSION', cell: (node) => node.report?.release ?? UNKNOWN, drop: 4 },
  {
    title: 'UP',
    align: 'right',
    cell: ({ report }) => (report === undefined ? UNKNOWN : formatDuration(report.uptimeMs)),
    drop: 2,
  },
  { title: 'PEER', cell: (node) => node.peerAddress, wide: true },
  { title: 'HTTP', cell: (node) => node.httpAddress, wide: true },
  { title: 'ID', cell: (node) => node.nodeId, wide: true },
];
