import type { Look } from '../look.js';
import type { SimulateView } from '../ring/simulate-view.js';
import { cleanText } from '../show-key.js';
import { document, flow } from './lines.js';
import { balanceTables } from './ring-balance.js';
import { movesLines } from './ring-diff.js';
import { copiesChange, frameLines } from './ring-frame.js';
import { countOf } from './repair.js';

/** What would become of the ring: who would be there, what would move, and how even it would be. */
export function renderSimulation(view: SimulateView, look: Look): string {
  const { frame, moves } = view;
  return document([
    ...frameLines(frame, look),
    ...(frame.pending === undefined
      ? []
      : ['what follows begins with the ring as it is once that is done']),
    ...trialLines(view, look),
    ...movesLines(moves, look),
    '',
    ...balanceTables(view, look),
    '',
    'nothing was changed',
  ]);
}

function trialLines(
  { add, remove, frame, copiesNext }: SimulateView,
  { width, paint }: Look,
): readonly string[] {
  const racks = new Set(add.map(({ rack }) => rack)).size > 1;
  const names = add.map(({ node, rack }) => (racks ? `${node} (${cleanText(rack)})` : node));
  const copies = copiesChange(frame.pending?.copies ?? frame.copies, copiesNext);
  const [first] = add;
  return [
    ...(first === undefined
      ? []
      : flow(
          [
            `${countOf(add.length, 'node')} more,`,
            `with ${countOf(first.vnodes, 'vnode')}${add.length > 1 ? ' each' : ''}:`,
            ...names,
          ],
          width,
          ' ',
        )),
    ...(remove.length === 0 ? [] : flow(['without', ...remove.map(cleanText)], width, ' ')),
    ...(copies === undefined ? [] : [paint('warn', `the keys would have ${copies}`)]),
  ];
}
