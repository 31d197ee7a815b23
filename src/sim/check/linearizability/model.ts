/** What a sequential object does: the specification against which a concurrent history is held. */
export interface Model<State extends string | number, Operation> {
  readonly initial: State;
  /** The state after the operation; undefined when, in this state, it cannot have been answered as it was. States compare by `===`. */
  readonly step: (state: State, operation: Operation) => State | undefined;
  /** True only for operations that leave every state in which they are possible as it is. */
  readonly isRead: (operation: Operation) => boolean;
}

/** An operation that did happen, at one moment between its start and its end. */
export interface Call<Operation> {
  readonly operation: Operation;
  readonly startAt: number;
  readonly endAt: number;
}

/**
 * Something that may have happened, as often as it has starts: for the first time not before the first of them, for the second not before the
 * second, ... and never after `endAt`. So writes of unknown outcome are one of these, with as many starts as they may have effects.
 */
export interface PossibleEffect<Operation> {
  readonly operation: Operation;
  /** Ascending. */
  readonly startsAt: readonly number[];
  readonly endAt: number;
}

export interface ConcurrentHistory<Operation> {
  /** In the order of their starts. */
  readonly calls: readonly Call<Operation>[];
  readonly effects: readonly PossibleEffect<Operation>[];
  /**
   * The effects, by number, directly before which a call may do what it would not have done without; undefined: any.
   * All other pairs the search skips, so that it need not try each effect at each call.
   */
  readonly effectsBefore?: (call: number) => readonly number[];
}
