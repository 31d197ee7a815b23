import type { StatusView } from '../../node/core/views/status-views.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';
import { countStates } from './node-state.js';
import { planChangeLines } from './plan-change.js';

const LABEL = 10;

/** What a cluster is, a line for each of its properties. */
export function renderCluster(view: StatusView, look: Look): string {
  const { clusterId, ring, nodes, voters, opened, replicationFactor } = view;
  const line = (label: string, text: string): readonly string[] =>
    wrapText(text, look.width - LABEL - 2).map(
      (part, i) => `  ${(i === 0 ? label : '').padEnd(LABEL)}${part}`,
    );
  const names = nodes.filter(({ voter }) => voter).map(({ name }) => name);
  return document([
    look.paint('bold', cleanText(view.cluster)),
    ...line('id', clusterId),
    ...line('epoch', `${ring.epoch}, ring ${ring.hash.slice(0, 8)}, view of ${view.viewedFrom}`),
    ...line('copies', `${replicationFactor} unless a namespace says otherwise`),
    ...line('data', opened ? 'yes' : 'none yet'),
    ...line('members', countStates(nodes, look.paint)),
    ...line('voters', `${cleanText(names.join(' '))}: ${voters.alive} of ${voters.total} alive`),
    ...planChangeLines(view, look),
  ]);
}
