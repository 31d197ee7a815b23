import type { Trace } from '../../../generated/kv/v1/kv.js';
import type { TraceView } from '../../../node/core/views/trace-views.js';
import { wordOf } from './words.js';

const outcome = wordOf('ok', 'applied', 'not_applied', 'unknown');

/** The trace that a message carries; in the other direction the two are alike. @throws BadFrame for an unknown outcome. */
export function traceFromMessage(message: Trace): TraceView {
  return {
    ...message,
    outcome: outcome(message.outcome),
    steps: message.steps.map((step) => ({ ...step, tookMs: step.tookMs })),
  };
}
