import { DEFAULT_NAMESPACE } from '../../node/core/metadata/namespaces.js';
import type { Copies, PendingFrame, RingFrame } from '../ring/ring-frame.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { flow } from './lines.js';
import { changesText, waitingText } from './plan-words.js';
import { countOf } from './repair.js';

/** Which ring it is, and what is planned of it: `ring 9f3c21aa  epoch 42  5 nodes, 640 vnodes  3 copies  view of n1`. */
export function frameLines(frame: RingFrame, look: Look): readonly string[] {
  const { hash, epoch, nodes, vnodes, copies, pending } = frame;
  return [
    ...flow(
      [
        `ring ${hash}`,
        `epoch ${epoch}`,
        `${countOf(nodes, 'node')}, ${countOf(vnodes, 'vnode')}`,
        namespaceText(frame),
        copiesText(copies),
        `view of ${cleanText(frame.viewedFrom)}`,
      ],
      look.width,
      '  ',
    ),
    ...(pending === undefined ? [] : pendingLines(pending, look)),
  ];
}

/** What is planned: `plan p-43: n4 joins  write-both  paused`. */
export function pendingLines(
  { job, step, paused, changes }: PendingFrame,
  { width, paint }: Look,
): readonly string[] {
  if (job === undefined)
    return flow([`${waitingText(changes)}:`, 'kv cluster plan'], width, ' ').map((line) =>
      paint('warn', line),
    );
  const parts = [`plan ${job}:`, `${changesText(changes)};`, step ?? '', paused ? '(paused)' : ''];
  return flow(parts, width, ' ').map((line) => paint('warn', line));
}

/** `3 copies`, or in several data centres `copies dc1=3 dc2=2`. */
function copiesText(copies: Copies): string {
  const entries = Object.entries(copies).sort(([a], [b]) => (a < b ? -1 : 1));
  const [first] = entries;
  if (entries.length === 1 && first !== undefined)
    return `${first[1]} ${first[1] === 1 ? 'copy' : 'copies'}`;
  return `copies ${entries.map(([dc, count]) => `${cleanText(dc)}=${count}`).join(' ')}`;
}

/** `2 copies instead of 3`; undefined when they stay as many. */
export function copiesChange(before: Copies, after: Copies): string | undefined {
  const [from, to] = [copiesText(before), copiesText(after)];
  return from === to ? undefined : `${to} instead of ${from.replace(/ ?cop(y|ies) ?/, '')}`;
}

/** What to type for the same namespace: ` -n orders`, or nothing. */
export function namespaceArgument({ namespace }: Pick<RingFrame, 'namespace'>): string {
  return namespace === DEFAULT_NAMESPACE.name ? '' : ` -n ${cleanText(namespace)}`;
}

/** The lines of a ring that nobody plans to change. */
export function nothingPlanned(frame: RingFrame, look: Look): readonly string[] {
  return [
    ...frameLines(frame, look),
    'nothing is staged, no plan runs: the ring stays as it is',
    ...flow(['try: kv ring simulate --add 1', 'kv cluster plan'], look.width, ' | '),
  ];
}

function namespaceText({ namespace }: RingFrame): string {
  return namespace === DEFAULT_NAMESPACE.name ? '' : `namespace ${cleanText(namespace)}`;
}
