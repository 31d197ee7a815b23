import { heldCopy, type OwnersView, type OwnerView } from '../../node/core/views/ring-views.js';
import { formatSize } from '../../stdx/size.js';
import { formatToken } from '../format.js';
import type { Area } from '../layout.js';
import { clean, padText, span, type Line } from '../line.js';
import { shownFacts, type Lookup, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { stateMark, stateWord } from './node-state.js';

const MOST_OWNERS = 5;

/** Rows that the owners of the key take below the table. */
export function lookupRows(lookup: Lookup | undefined, height: number): number {
  if (lookup === undefined) return 0;
  const owners = lookup.owners?.replicas.length ?? 1;
  return 1 + Math.max(1, Math.min(owners, MOST_OWNERS, height - 8));
}

/** Who owns the key that was asked for, and what each of them holds of it. */
export function lookupLines(state: State, area: Area, theme: Theme): readonly Line[] {
  const { lookup } = state;
  if (lookup === undefined) return [];
  const rows = lookupRows(lookup, area.height) - 1;
  const title: Line = [span(`key ${clean(lookup.key)}`, 'bold')];
  if (lookup.error !== undefined) {
    return [rule(area.width, theme.glyphs, { title }), [span(` ${clean(lookup.error)}`, 'bad')]];
  }
  const { owners } = lookup;
  if (owners === undefined) {
    return [rule(area.width, theme.glyphs, { title }), [span(' asking its owners', 'dim')]];
  }
  const names = Math.max(...owners.replicas.map(({ node }) => node.length), 2);
  const lines = owners.replicas
    .slice(0, rows)
    .map((owner, i) => ownerLine(current(owner, state), { rank: i + 1, names, atMs: owners.atMs }));
  return [rule(area.width, theme.glyphs, { title, note: summary(owners) }), ...lines];
}

function summary({ token, quorum, alive, replicas }: OwnersView): Line {
  const around = ((token >>> 0) / 2 ** 32) * 100;
  const reached = alive >= quorum;
  return [
    span(`${formatToken(token)} ${around.toFixed(1)}%  `, 'dim'),
    span(`quorum ${quorum} of ${replicas.length} `),
    span(reached ? 'reachable' : 'NOT reachable', reached ? 'ok' : 'bad'),
  ];
}

/** What it holds was asked once; whether it is up is known live. */
function current(owner: OwnerView, state: State): OwnerView {
  const node = shownFacts(state).tick?.status.nodes.find(({ name }) => name === owner.node);
  return node === undefined ? owner : { ...owner, state: node.state, forMs: node.forMs };
}

function ownerLine(
  owner: OwnerView,
  { rank, names, atMs }: { rank: number; names: number; atMs: number },
): Line {
  const copy = heldCopy(owner, atMs);
  const size = owner.sizeBytes === undefined ? '' : formatSize(owner.sizeBytes);
  const word = stateWord(owner.state, owner.forMs);
  const wrong = copy === 'missing' || copy === 'corrupt';
  return [
    span(' '),
    stateMark(owner.state),
    span(` ${rank} `, 'accent'),
    span(`${padText(clean(owner.node), names)} ${padText(owner.role, 8)} `),
    span(`${padText(word.text, 12)} `, word.role),
    span(`${padText(copy, 9)} `, wrong ? 'warn' : undefined),
    span(`${padText(size, 8, 'right')}  `),
    span(clean(owner.error?.message ?? owner.version ?? ''), 'dim'),
  ];
}
