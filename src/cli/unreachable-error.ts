import { KvError } from '../node/core/errors.js';

/** What begins with an address says why that address did not answer, and not yet what that means. */
const ADDRESS = /^\S+:\d+: /;

/** The error of a cluster that did not answer; where no endpoint was named, most likely none runs yet. */
export function unreachableError(error: KvError, endpointsNamed: boolean): KvError {
  const message = ADDRESS.test(error.message)
    ? `no node answered: ${error.message}`
    : error.message;
  return new KvError(error.code, message, {
    outcome: error.outcome,
    replicas: error.replicas,
    hints:
      endpointsNamed || error.hints.length > 0 ? error.hints : ['kv dev up', 'give -e HOST:PORT'],
    cause: error,
  });
}
