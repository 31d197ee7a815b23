import { KvError } from '../node/core/errors.js';
import { keyArguments, showKey } from './show-key.js';

export interface Operation {
  readonly kind: 'get' | 'exists' | 'put' | 'delete';
  readonly key: Uint8Array;
  /** The level given, or undefined for the default, quorum. */
  readonly level: string | undefined;
}

const DONE = { get: 'read', exists: 'read', put: 'written', delete: 'deleted' } as const;

/** Levels that may ask for more replicas than quorum does. */
const STRICT: ReadonlySet<string> = new Set(['all', 'three', 'two', 'each-quorum']);

/** What coordinators put around the reason: their title, the replicas and the outcome, which have lines of their own here. */
const TITLE = /^[a-z ]{1,20}: /;
const TAILS = ['; it may still apply; a retry is safe', '; it was not applied'];

/** The error of one operation, headed by what did not happen to which key. */
export function operationError(error: KvError, operation: Operation): KvError {
  // The command line or the request was wrong: the key has no part in it.
  if (error.row.exit === 2) return error;
  const verb = error.outcome === 'unknown' ? 'may not be' : 'was not';
  const headline = `${showKey(operation.key)} ${verb} ${DONE[operation.kind]}: ${shortReason(error)}`;
  return new KvError(error.code, headline, {
    outcome: error.outcome,
    replicas: error.replicas,
    hints: hintsFor(error, operation),
    cause: error,
  });
}

/** The reason alone: `all needs 3 of 3 replicas, 2 are alive`. */
function shortReason({ message, replicas }: KvError): string {
  const [first] = replicas;
  if (first === undefined) return message;
  let reason = message.replace(TITLE, '');
  for (const tail of TAILS) if (reason.endsWith(tail)) reason = reason.slice(0, -tail.length);
  const list = reason.lastIndexOf(` (${first.node} `);
  const end = list === -1 ? -1 : reason.indexOf(')', list);
  return end === -1 ? reason : reason.slice(0, list) + reason.slice(end + 1);
}

function hintsFor(error: KvError, { kind, key, level }: Operation): readonly string[] {
  const tooFew = error.code === 'KV_UNAVAILABLE' || error.code.endsWith('_TIMEOUT');
  if (!tooFew || level === undefined || !STRICT.has(level)) return error.hints;
  const words = keyArguments(key);
  const value = kind === 'put' ? ' -' : '';
  return [`kv ${kind} ${words}${value} -c quorum`, ...error.hints];
}
