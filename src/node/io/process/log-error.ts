import { KvError } from '../../core/errors.js';

/** An error as a log line keeps it: what happened and what caused it; the stack only of what nobody foresaw. */
export function logError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, cause } = error;
  return {
    code: 'code' in error ? error.code : undefined,
    message,
    stack: error instanceof KvError || 'code' in error ? undefined : error.stack,
    cause: cause === undefined ? undefined : logError(cause),
  };
}
