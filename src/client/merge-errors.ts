import { KvError } from '../node/core/errors.js';

/** What is told when one node after the other did not answer: the code and advice of the first, in the words of all. */
export function mergeErrors(errors: readonly KvError[]): KvError {
  const [first] = errors;
  if (first === undefined) return new KvError('KV_UNREACHABLE', 'no endpoint answered in time');
  if (errors.length === 1) return first;
  const message = errors.map((error) => error.message).join('; ');
  return new KvError(first.code, message, { hints: first.hints, cause: errors });
}
