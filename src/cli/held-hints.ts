import { hintsByTarget, type TargetHints } from '../node/core/hints/hints-view.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { Warning } from './envelope.js';

/** Hints that a replay leaves where they are, and why. */
export interface HeldHints {
  /** How many, by the name of the node that keeps them. */
  readonly on: ReadonlyMap<string, number>;
  readonly warnings: readonly Warning[];
}

/** What a replay for a node, or for all with '', does not send now: hints that are paused, and those for a node that is not up. */
export function heldHints(
  view: Pick<StatusView, 'nodes'>,
  target: string,
  holders: readonly string[],
): HeldHints {
  const on = new Map<string, number>();
  const warnings: Warning[] = [];
  for (const hints of hintsByTarget(view)) {
    if (target !== '' && hints.target !== target && hints.nodeId !== target) continue;
    const away = awayState(view, hints);
    const held = hints.holders.filter(
      ({ node, count, state }) =>
        holders.includes(node) &&
        count > 0 &&
        (state === 'paused' || (away !== '' && state === 'waiting')),
    );
    for (const { node, count } of held) on.set(node, (on.get(node) ?? 0) + count);
    const paused = held.flatMap(({ node, state }) => (state === 'paused' ? [node] : []));
    const say = (message: string): unknown => warnings.push({ code: 'KV_HINTS_HELD', message });
    if (held.length > paused.length)
      say(`${hints.target} is ${away}: its hints are sent when it is back`);
    const where = paused.length === hints.holders.length ? '' : ` on ${paused.join(' ')}`;
    if (paused.length > 0)
      say(`the hints for ${hints.target} are paused${where}: kv hints resume ${hints.target}`);
  }
  return { on, warnings };
}

/** `down` or `suspect`; empty for a node that is up, and for one that has no place any more: its successors are sent its hints. */
function awayState({ nodes }: Pick<StatusView, 'nodes'>, { nodeId }: TargetHints): string {
  const liveness = nodes.find((node) => node.nodeId === nodeId)?.liveness ?? 'up';
  return liveness === 'up' ? '' : liveness;
}
