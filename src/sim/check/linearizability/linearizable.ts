import type { Violation } from '../../workload/history.js';
import { describeAnswer } from '../describe-answer.js';
import { describeOperation } from '../describe-operation.js';
import type { KeyHistory } from '../key-history.js';
import { linearize } from './linearize.js';
import { isEligible, registerHistory, type RegisterHistory } from './register-history.js';
import { registerModel } from './register-model.js';

/** Steps of the model for one key; a long legal history needs a few per operation. */
const STEPS_MAX = 200_000;

/** What became of one key. */
export type LinearizableCheck =
  | { readonly kind: 'not-eligible' }
  | {
      readonly kind: 'checked';
      /** Operations that were put in order. */
      readonly operations: number;
      /** False when the search was given up. */
      readonly decided: boolean;
      readonly violation: Violation | undefined;
    };

/** Whether the strong operations of a key with one writer at a time are those of a register (`not-linearizable`). */
export function checkLinearizable(key: KeyHistory): LinearizableCheck {
  if (!isEligible(key)) return { kind: 'not-eligible' };
  const history = registerHistory(key);
  const verdict = linearize(registerModel(history.contents), history, STEPS_MAX);
  return {
    kind: 'checked',
    operations: history.calls.length,
    decided: verdict.kind !== 'undecided',
    violation:
      verdict.kind === 'not-linearizable' ? notLinearizable(key, history, verdict) : undefined,
  };
}

function notLinearizable(
  { key, reads }: KeyHistory,
  { calls }: RegisterHistory,
  verdict: { readonly stuck: number; readonly before: readonly number[] },
): Violation {
  const stuck = calls[verdict.stuck]!.source;
  const before = verdict.before.map((call) => calls[call]!.source);
  const read = reads.find(({ operation }) => operation === stuck);
  const what = read === undefined ? describeOperation(stuck) : describeAnswer(read);
  const after = before.length === 0 ? '' : ` after ${before.map(describeOperation).join(', ')}`;
  return {
    rule: 'not-linearizable',
    message: `${what}: no order of the operations on ${key} explains that${after}`,
    key,
    operations: [...before, stuck].map(({ id }) => id),
    atMs: stuck.end?.ms ?? stuck.startMs,
  };
}
