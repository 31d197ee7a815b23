import type { AlertView } from '../core/views/status-views.js';

/** What an operator should know, in the order in which it is shown. */
export function alert(
  severity: AlertView['severity'],
  code: string,
  rest: Pick<AlertView, 'node' | 'message' | 'hints'>,
): AlertView {
  return { severity, code, ...rest };
}
