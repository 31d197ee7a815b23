import type {
  Call,
  ConcurrentHistory,
  Model,
} from '../../../src/sim/check/linearizability/model.js';

/**
 * The definition, word by word: some choice of effects and some order of it and of all calls is allowed by the model, and has
 * nothing before what had ended before it began. Tries all orders of all choices: for a handful of operations.
 */
export function isLinearizableByBruteForce<State extends string | number, Operation>(
  model: Model<State, Operation>,
  history: ConcurrentHistory<Operation>,
): boolean {
  const choices = choicesOf(
    history.effects.flatMap(({ operation, startsAt, endAt }) =>
      startsAt.map((startAt) => ({ operation, startAt, endAt })),
    ),
  );
  return choices.some((chosen) => someOrder([...history.calls, ...chosen], [], model));
}

function choicesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return choicesOf(rest).flatMap((chosen) => [chosen, [first, ...chosen]]);
}

function someOrder<State extends string | number, Operation>(
  left: readonly Call<Operation>[],
  order: readonly Call<Operation>[],
  model: Model<State, Operation>,
): boolean {
  if (left.length === 0) return keepsRealTime(order) && isAllowed(order, model);
  // Only what keeps it from trying orders that fail already.
  if (!keepsRealTime(order) || !isAllowed(order, model)) return false;
  return left.some((call, i) =>
    someOrder(
      left.filter((_, j) => j !== i),
      [...order, call],
      model,
    ),
  );
}

function keepsRealTime(order: readonly Call<unknown>[]): boolean {
  return order.every((call, i) => order.slice(i + 1).every((next) => next.endAt >= call.startAt));
}

function isAllowed<State extends string | number, Operation>(
  order: readonly Call<Operation>[],
  model: Model<State, Operation>,
): boolean {
  let state: State | undefined = model.initial;
  for (const { operation } of order) {
    state = model.step(state, operation);
    if (state === undefined) return false;
  }
  return true;
}
