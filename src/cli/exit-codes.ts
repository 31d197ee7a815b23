import { Errors } from '@oclif/core';
import { KvError } from '../node/core/errors.js';

/** Exit codes that no error code stands for; those of errors are in their table. */
export const EXIT = {
  done: 0,
  /** `get` and `exists`: a key is not there. */
  notFound: 3,
  /** `status --fail-on`: the health is at or below what was named. */
  belowHealth: 5,
  /** `storage verify`: something differs from its records, or cannot be read. */
  unsound: 5,
  /** `status --until`: the time was up first. */
  deadline: 124,
  unknownCommand: 127,
  /** SIGINT, as a shell reports it. */
  interrupted: 130,
} as const;

/** The user has pressed Ctrl-C: nothing more is to be said than what came of it, where that is known. */
export class Interrupted extends Error {
  /** `nothing was done` */
  readonly outcome: string | undefined;

  constructor(outcome?: string) {
    super('interrupted');
    this.name = 'Interrupted';
    this.outcome = outcome;
  }
}

/** A coded error that ends with another exit code than its own: an unknown command is 127, not 2. */
export class ExitWith extends Error {
  readonly exit: number;
  override readonly cause: KvError;

  constructor(exit: number, cause: KvError) {
    super(cause.message);
    this.name = 'ExitWith';
    this.exit = exit;
    this.cause = cause;
  }
}

/** What a thrown value means for the one who typed the command. */
export interface Failure {
  readonly error: KvError;
  readonly exit: number;
}

/** Every thrown value as a coded error with its exit code; what nobody foresaw is KV_INTERNAL. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ExitWith) return { error: thrown.cause, exit: thrown.exit };
  if (thrown instanceof KvError) return { error: thrown, exit: thrown.row.exit };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // What oclif itself throws is about the command line.
  const code = thrown instanceof Errors.CLIError ? 'KV_USAGE' : 'KV_INTERNAL';
  const error = new KvError(code, message, { cause: thrown });
  return { error, exit: error.row.exit };
}
