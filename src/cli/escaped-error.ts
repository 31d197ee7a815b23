import { Errors } from '@oclif/core';
import { colourPaint, plainPaint, wantsColour } from './colour.js';
import { earlyFlags } from './early-flags.js';
import { errorText } from './error-text.js';
import { failureOf, type Failure } from './exit-codes.js';
import { usageError } from './usage-error.js';

/** Prints what no command caught, such as the errors of plugins, in the look of all errors, and says the exit code. */
export function reportEscaped(thrown: unknown, argv: readonly string[]): number {
  if (thrown instanceof Errors.ExitError) return thrown.oclif.exit ?? 0;
  const failure: Failure = failureOf(usageError(thrown, { command: '', flags: {} }) ?? thrown);
  const { stderr, env } = process;
  const paint = wantsColour(earlyFlags(argv).colour, stderr, env) ? colourPaint : plainPaint;
  const look = { width: 80, paint, writes: false, debug: Boolean(env['KV_DEBUG']) };
  stderr.write(errorText(failure.error, look));
  return failure.exit;
}
