import type { AlertView } from '../../node/core/views/status-views.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { wrapText } from '../text-width.js';
import { flow } from './lines.js';

/** What is wrong, worst first, each with commands worth trying. */
export function alertLines(alerts: readonly AlertView[], look: Look): readonly string[] {
  return alerts.flatMap((alert) => oneAlert(alert, look));
}

function oneAlert(alert: AlertView, { width, paint }: Look): readonly string[] {
  const bad = alert.severity === 'bad';
  const subject = alert.node === undefined ? '' : `${alert.node} `;
  const text = wrapText(cleanText(`${subject}${alert.message}`), width - 2);
  const [first, ...rest] = text;
  return [
    `${paint(bad ? 'bad' : 'warn', bad ? 'x' : '!')} ${first ?? ''}`,
    ...rest.map((line) => `  ${line}`),
    ...tryLines(alert.hints, width),
  ];
}

function tryLines(hints: readonly string[], width: number): readonly string[] {
  if (hints.length === 0) return [];
  const lines = flow(hints.map(cleanText), width - 7, ' | ');
  return lines.map((line, i) => `  ${i === 0 ? 'try:' : '    '} ${line}`);
}
