import type { NodeView } from '../node/core/views/node-views.js';
import type { ActEnd } from './act-end.js';
import { messageOf, withDeadline } from './deadline.js';
import type { HintAct } from './hint-act.js';
import type { TickSource } from './source.js';

const ACT_MS = 4000;

const DONE: Readonly<Record<HintAct['action'], string>> = {
  replay: 'to be replayed now',
  pause: 'paused',
  resume: 'resumed',
};

/** Has every node that answers act on what it keeps; of a failure it is told which node, and what the others did. Never rejects. */
export async function actOnHints(
  { action, target }: HintAct,
  source: Pick<TickSource, 'hints'>,
  nodes: readonly NodeView[],
): Promise<ActEnd> {
  const holders = nodes.filter(({ report }) => report !== undefined);
  if (holders.length === 0) return { text: 'no node answers that could keep hints', bad: true };
  const ends = await Promise.all(
    holders.map(async (node) => {
      try {
        const asked = source.hints(action, target, node);
        const { hints } = await withDeadline(asked, ACT_MS, 'no answer within 4 s');
        return { hints, failure: undefined };
      } catch (error) {
        return { hints: 0, failure: `${node.name}: ${messageOf(error)}` };
      }
    }),
  );
  const hints = ends.reduce((sum, end) => sum + end.hints, 0);
  const failures = ends.flatMap(({ failure }) => failure ?? []);
  const done =
    hints === 0
      ? `no hints for ${target}`
      : `${hints === 1 ? '1 hint' : `${hints} hints`} for ${target} ${DONE[action]}`;
  return failures.length === 0
    ? { text: done, bad: false }
    : { text: `not on ${failures.join('; ')}; else ${done}`, bad: true };
}
