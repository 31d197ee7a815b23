import { KvError } from '../core/errors.js';
import type { HintReport, HintsAction } from '../core/views/hint-views.js';
import { unreachable } from '../../stdx/unreachable.js';

/** What may be done with the hints of a node; an undefined target is all. */
export interface HintControl {
  report(): readonly HintReport[];
  readonly marks: { readonly count: number };
  pause(target: string | undefined): void;
  resume(target: string | undefined): void;
  replay(target: string | undefined): void;
  purge(target: string): Promise<number>;
}

/** Does it, and gives how many hints are concerned. @throws KvError KV_USAGE for a purge of all, KV_OVERLOADED */
export async function controlHints(
  hints: HintControl,
  action: HintsAction,
  target: string | undefined,
): Promise<number> {
  switch (action) {
    case 'pause':
      hints.pause(target);
      break;
    case 'resume':
      hints.resume(target);
      break;
    case 'replay':
      hints.replay(target);
      break;
    case 'purge':
      if (target === undefined) throw new KvError('KV_USAGE', 'a purge needs the name of a node');
      return await hints.purge(target);
    default:
      return unreachable(action);
  }
  const concerned = hints.report().filter((one) => target === undefined || one.target === target);
  return concerned.reduce((sum, { count }) => sum + count, 0);
}
