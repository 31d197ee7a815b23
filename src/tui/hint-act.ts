import type { HintsAction } from '../node/core/views/hint-views.js';

/** What may be done from here with the hints for a node; to give them up takes the command line, which asks for the name. */
export interface HintAct {
  readonly of: 'hints';
  readonly action: Exclude<HintsAction, 'purge'>;
  /** Name of the node that missed writes, or its id when it is no member any more. */
  readonly target: string;
}
